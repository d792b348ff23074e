"""What people hand in over a page or in Slack: kept whole first, then sealed, and finished after a kill."""

import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from breachbook.collecting.collection import stored_in
from breachbook.collecting.contract import Order
from breachbook.collecting.recording import by_hand
from breachbook.durable import replace, sync_tree
from breachbook.errors import BreachbookError
from breachbook.events import Actor
from breachbook.exhibit_book import Exhibit
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.workspace import Workspace

_ORDER = "order.json"
_PAYLOAD = "payload"
_PREFIX = "upload-"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a person says of files they hand in.

    Attributes:
        kind: ``upload``, or ``slack-message``, which is correspondence: a legal basis is asked for.
        method: How the person was identified; see `events.METHODS`.
        authority: On what the collection rests, in the person's words.
    """

    kind: str
    matter: str
    person: str
    method: str
    title: str
    place: str
    authority: str = ""
    personal_data: bool = False
    trade_secret: bool = False
    state_secret: bool = False
    legal_basis: str = ""
    works_council: str = ""


def begin(workspace: Workspace, name: str = "") -> Path:
    """Make an empty folder (0700) that files are put into, below ``run/uploads``; a name makes it one act."""
    folder = workspace.run / "uploads" / (name or secrets.token_hex(8))
    shutil.rmtree(folder, ignore_errors=True)
    (folder / _PAYLOAD).mkdir(mode=0o700, parents=True)
    return folder / _PAYLOAD


def whole(workspace: Workspace, name: str) -> Path | None:
    """Give what `seal` takes when all files of this name are there; None otherwise."""
    folder = workspace.run / "uploads" / name
    return folder if (folder / _ORDER).is_file() else None


def sealed(matter: Matter, name: str) -> Exhibit | None:
    """Give the exhibit that was made of what was handed in under a name, or None."""
    found: Mapping[str, Exhibit] = matter.exhibits
    return next((one for one in found.values() if one.target == _PREFIX + name), None)


def complete(payload: Path, handed: HandedIn) -> Path:
    """Say that all files are there and whole; from now on a kill loses nothing. Gives what `seal` takes."""
    sync_tree(payload)
    folder = payload.parent
    replace(folder / _ORDER, json.dumps(asdict(handed)).encode())
    return folder


def abandon(payload: Path) -> None:
    """Remove what was begun and will not be sealed."""
    shutil.rmtree(payload.parent, ignore_errors=True)


def seal(workspace: Workspace, library: Library, folder: Path) -> Exhibit:
    """Make an exhibit of what was handed in, once: done again after a kill, it is the same exhibit.

    Raises:
        ApprovalError: Not theirs to do, or the matter is closed; nothing is kept then.
        CustodyError: It may not be collected, and nothing is kept; or it could not be sealed now, and it
            is tried again when the desk starts.
    """
    handed = HandedIn(**json.loads((folder / _ORDER).read_bytes()))
    file = workspace.matter(handed.matter)
    source = _PREFIX + folder.name
    found = sealed(file.refresh(), folder.name)
    if found is None:
        try:
            by_hand(
                workspace,
                library,
                file,
                Actor(handed.person, handed.method),
                _order(workspace, folder, handed, source),
                authority=handed.authority,
                repeat=(),
                resume=_begun(file.refresh(), source),
            )
        except BreachbookError:
            if _begun(file.refresh(), source) is None:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        found = sealed(file.refresh(), folder.name)
        assert found is not None
    shutil.rmtree(folder, ignore_errors=True)
    return found


def left(workspace: Workspace) -> list[Path]:
    """List what a process that ended had whole and did not seal; what was not whole is removed."""
    place = workspace.run / "uploads"
    if not place.is_dir():
        return []
    found = []
    for folder in sorted(place.iterdir()):
        if (folder / _ORDER).is_file():
            found.append(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return found


def _order(workspace: Workspace, folder: Path, handed: HandedIn, source: str) -> Order:
    return Order(
        kind=handed.kind,
        source=source,
        title=handed.title,
        at=str(folder / _PAYLOAD),
        place=handed.place,
        stored=stored_in(workspace),
        personal_data=handed.personal_data,
        state_secret=handed.state_secret,
        trade_secret=handed.trade_secret,
        legal_basis=handed.legal_basis,
        works_council=handed.works_council,
    )


def _begun(matter: Matter, source: str) -> str | None:
    begun = matter.evidence.unsealed.values()
    return next((one.exhibit for one in begun if one.source == source), None)
