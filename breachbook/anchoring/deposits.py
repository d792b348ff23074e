"""Taking checkpoints to their places, beside everything else: a place that hangs holds up itself only."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from breachbook.agenda import Deposit
from breachbook.anchoring import places
from breachbook.anchors import SLACK
from breachbook.errors import BreachbookError
from breachbook.events import Draft
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.workspace import Workspace

log = logging.getLogger(__name__)


class Deposits:
    """One thread for each place, so that each is given one checkpoint at a time.

    Args:
        slack: A `SlackClient`, or None.
        recorded: Called with the matter's id after each attempt was recorded.
    """

    def __init__(self, workspace: Workspace, slack: Any, recorded: Callable[[str], None]) -> None:
        self._workspace = workspace
        self._slack = slack
        self._recorded = recorded
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._pending: dict[tuple[str, Deposit], Future[None]] = {}
        self._lock = threading.Lock()

    def begin(self, matter: str, deposit: Deposit) -> bool:
        """Begin a deposit; False if it is under way already."""
        with self._lock:
            under_way = self._pending.get((matter, deposit))
            if under_way is not None and not under_way.done():
                return False
            thread = self._threads.setdefault(
                deposit.place, ThreadPoolExecutor(1, thread_name_prefix=deposit.place)
            )
            self._pending[matter, deposit] = thread.submit(self._attempt, matter, deposit)
            return True

    def close(self, *, wait: bool = True) -> None:
        """Take no more; wait for what is under way, or leave it."""
        for thread in self._threads.values():
            thread.shutdown(wait=wait, cancel_futures=not wait)

    def _attempt(self, matter: str, deposit: Deposit) -> None:
        try:
            attempt(self._workspace, self._workspace.matter(matter), self._slack, deposit)
        except BreachbookError as error:
            log.error(
                "%s: %s of %s not recorded: %s", matter, deposit.place, deposit.anchor, error
            )
        except Exception:
            log.exception("%s: %s of %s", matter, deposit.place, deposit.anchor)
        finally:
            with self._lock:
                self._pending.pop((matter, deposit), None)
            self._recorded(matter)


def attempt(workspace: Workspace, file: MatterFile, slack: Any, deposit: Deposit) -> None:
    """Take one checkpoint to one place and record that it is there, or how that failed.

    Raises:
        BreachbookError: What came of it could not be recorded.
    """
    matter = file.refresh()
    data: dict[str, Any] = {"anchor": deposit.anchor, "place": deposit.place}
    try:
        ref = _take(workspace, file, matter, slack, deposit)
    except Exception as error:  # noqa: BLE001 (a place may fail in any way; that it failed is what is recorded)
        word = places.outcome(error)
        log.error("%s: %s did not take %s: %s", matter.id, deposit.place, deposit.anchor, word)
        file.transact(lambda _: [Draft("anchor.failed", data | {"outcome": word})])
        return
    file.transact(lambda _: [Draft("anchor.posted", data | {"ref": ref})])


def _take(
    workspace: Workspace, file: MatterFile, matter: Matter, slack: Any, deposit: Deposit
) -> str:
    anchor = matter.evidence.anchors[deposit.anchor]
    if deposit.place == SLACK:
        return places.post(slack, matter, anchor)
    folder = places.folders(workspace.root, workspace.config.anchors)[deposit.place]
    return places.put(folder, file.store.get(anchor.checkpoint))
