"""The live timeline: each new line of the journal, in words, while the play goes on."""

import threading
import time
from types import TracebackType

from breachbook.events import Event
from breachbook.workspace import Workspace

_QUIET = frozenset(
    {"message.queued", "message.sent", "people.added", "party.recorded", "deadline.computed"}
)


class Timeline:
    """Follows a journal in a thread and prints its lines; a context manager."""

    def __init__(self, workspace: Workspace, matter: str, began: float) -> None:
        self._file = workspace.matter(matter)
        self._began = began
        self._ended = threading.Event()
        self._deadlines = 0
        self._thread = threading.Thread(target=self._follow, daemon=True, name="timeline")

    def __enter__(self) -> "Timeline":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join(5)

    def _follow(self) -> None:
        while True:
            last = self._ended.is_set()
            for event in self._file.journal.read():
                self._show(event)
            if last:
                return
            self._ended.wait(0.1)

    def _show(self, event: Event) -> None:
        if event.kind == "deadline.computed":
            self._deadlines += 1
        elif self._deadlines:
            self._say(f"{'docket':22} {self._deadlines} deadlines computed")
            self._deadlines = 0
        if event.kind not in _QUIET:
            self._say(words(event))

    def _say(self, text: str) -> None:
        print(f"{time.monotonic() - self._began:6.1f} s  {text}", flush=True)  # noqa: T201 (the demo's terminal)


def words(event: Event) -> str:
    """Put an event into one line: what, of which step or document, by whom."""
    data = event.data
    if event.kind.startswith("timestamp."):
        return f"{event.kind:22} {data['about']} {data['authority']} {data.get('outcome', '')}".rstrip()
    step = f"{data['step']}/{data['target']}".removesuffix("/-") if "step" in data else ""
    parts = [
        step,
        *(
            str(data[key])
            for key in (
                "act",
                "outcome",
                "request",
                "decision",
                "document",
                "exhibit",
                "fact_kind",
                "method",
                "cause",
            )
            if data.get(key)
        ),
    ]
    who = (
        ""
        if event.actor.person == "breachbook"
        else f"  by {event.actor.person} ({event.actor.method})"
    )
    return f"{event.kind:22} {' '.join(part for part in parts if part)}{who}"
