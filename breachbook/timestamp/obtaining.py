"""Time-stamps for seals and anchors, obtained beside everything else: a stalled authority holds up itself only."""

import asyncio
import logging
import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from breachbook import stamp_authorities, stamping
from breachbook.agenda import Stamp, StampPlan
from breachbook.canonical import sha256
from breachbook.errors import BreachbookError
from breachbook.events import Draft, stamp
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.seal import seal_path
from breachbook.timestamp.asking import NoAnswerError, ask, request
from breachbook.timestamp.examination import Token, examine
from breachbook.timestamp.keeping import chain
from breachbook.timestamp.reply import MAX_EXAMINED
from breachbook.workspace import Workspace
from breachbook.workspace_files import StampAuthority

log = logging.getLogger(__name__)


class Obtaining:
    """Asks authorities, each for one time-stamp at a time.

    Args:
        recorded: Called with the matter's id after what came of a try was recorded.
    """

    def __init__(self, workspace: Workspace, recorded: Callable[[str], None]) -> None:
        self._workspace = workspace
        self._recorded = recorded
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._under_way: dict[tuple[str, Stamp], asyncio.Task[None]] = {}

    def begin(self, matter: str, item: Stamp) -> bool:
        """Begin a try in the running event loop; False if it is under way already."""
        if (matter, item) in self._under_way:
            return False
        task = asyncio.create_task(self._attempt(matter, item))
        self._under_way[matter, item] = task
        task.add_done_callback(lambda _: self._under_way.pop((matter, item)))
        return True

    async def rest(self) -> None:
        """Wait until no try is under way."""
        while self._under_way:
            await asyncio.wait(list(self._under_way.values()))

    async def _attempt(self, matter: str, item: Stamp) -> None:
        try:
            async with self._turns[item.authority]:
                await attempt(self._workspace, self._workspace.matter(matter), item)
        except BreachbookError as error:
            log.error("%s: time-stamp of %s not recorded: %s", matter, item.about, error)
        except Exception:
            log.exception("%s: time-stamp of %s", matter, item.about)
        else:
            self._recorded(matter)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is stamped, and the keys that every event about it has."""

    authority: StampAuthority
    roots: bytes
    data: bytes
    since: datetime
    keys: dict[str, Any]


async def attempt(workspace: Workspace, file: MatterFile, item: Stamp) -> None:
    """Ask one authority once, examine what it answers, and record the time-stamp or the fault.

    Raises:
        BreachbookError: What came of it could not be recorded.
    """
    subject = await asyncio.to_thread(_subject, workspace, file, item)
    if subject is None:
        return
    try:
        if sha256(subject.data) != subject.keys["subject"]:
            raise NoAnswerError("no-data")
        if not subject.roots:
            raise NoAnswerError("no-roots")
        asked = request(subject.data, subject.authority.policy)
        reply = await ask(subject.authority, asked, example=workspace.example)
    except NoAnswerError as error:
        draft = Draft("timestamp.failed", subject.keys | {"outcome": error.fault})
        log.warning("%s: %s of %s: %s", item.authority, item.about, file.folder.name, error.fault)
    else:
        draft = await asyncio.to_thread(_judge, workspace, file, subject, asked, reply)
    await asyncio.to_thread(file.transact, lambda matter: _unless_there(matter, item, draft))


def _subject(workspace: Workspace, file: MatterFile, item: Stamp) -> _Subject | None:
    """Read what is to be stamped; None if it was stamped or tried meanwhile, or the authority is no longer asked."""
    authority = stamp_authorities.asked(workspace, os.environ).get(item.authority)
    if authority is None:
        return None
    matter = file.refresh()
    if item not in stamping.due(matter, StampPlan((authority.id,), anchors=True), workspace.now()):
        return None
    digest, since = stamping.subject(matter, item.about)
    try:
        if item.about in matter.exhibits:
            data = seal_path(file.exhibits / item.about).read_bytes()
        else:
            data = file.store.get(digest)
    except (OSError, BreachbookError):
        data = b""
    keys = {"about": item.about, "subject": digest, "authority": authority.id}
    roots = stamp_authorities.roots(workspace, authority)
    return _Subject(authority, roots, data, since, keys)


def _judge(
    workspace: Workspace, file: MatterFile, subject: _Subject, asked: bytes, reply: bytes
) -> Draft:
    token = Token(subject.authority, subject.roots, asked, reply)
    found = examine(token, subject.data, now=workspace.now(), not_before=subject.since)
    if found.faults or found.when is None:
        kept = {"reply": file.store.put(reply)} if len(reply) <= MAX_EXAMINED else {}
        log.warning("%s: %s", subject.authority.id, ", ".join(found.faults))
        return Draft("timestamp.failed", subject.keys | {"outcome": found.faults[0]} | kept)
    data = {
        "legal_class": found.legal_class,
        "when": stamp(found.when),
        "request": file.store.put(asked),
        "reply": file.store.put(reply),
        "chain": file.store.put(chain(reply, subject.roots)),
    }
    return Draft("timestamp.received", subject.keys | data)


def _unless_there(matter: Matter, item: Stamp, draft: Draft) -> list[Draft]:
    have = {one.authority for one in matter.evidence.stamps_of(item.about)}
    return [] if item.authority in have else [draft]
