"""Collecting evidence by hand."""

import gc
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from breachbook.cli.act import recorded
from breachbook.cli.output import safe, say
from breachbook.cli.session import current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachbook.custody import Progress
    from breachbook.events import Event


def collect(
    matter: str,
    what: str,
    /,
    *,
    kind: str | None = None,
    title: str | None = None,
    place: str | None = None,
    personal_data: bool = False,
    state_secret: bool = False,
    trade_secret: bool = False,
    authority: str = "",
    legal_basis: str | None = None,
    works_council: str | None = None,
    resume: str | None = None,
    json: bool = False,
) -> None:
    """Collect a source, seal it as an exhibit and record both; the source is only read.

    For example:

    - breachbook evidence collect LEAK-2026-0001 licence-share
    - breachbook evidence collect LEAK-2026-0001 /media/laptop --place US --authority "hold 1"
    - breachbook evidence collect LEAK-2026-0001 https://share.example/x --place US --title "Share link"
    - breachbook evidence collect LEAK-2026-0001 in.mbox --kind mail --place US --legal-basis "policy 7"
    - breachbook evidence collect LEAK-2026-0001 /media/laptop --place US --resume E4

    Args:
        matter: Its id.
        what: A source of sources.yaml, a path, or an address.
        kind: folder, file, mail, web or git; else what stands there.
        title: What to call it.
        place: Country where it is stored, such as US; unknown counts as any.
        personal_data: It holds personal data.
        state_secret: It may hold a state secret.
        trade_secret: It holds a trade secret.
        authority: What the collection rests on, in your words; they go into the exhibit's record.
        legal_basis: On what mail or chat may be collected; kept with the matter.
        works_council: agreed, informed, not-required or pending.
        resume: Id of an interrupted collection of the same, to go on with.
        json: Print JSON.
    """
    from breachbook.collecting.recording import by_hand, named

    facts = {
        "title": title, "place": place, "personal_data": personal_data,
        "state_secret": state_secret, "trade_secret": trade_secret,
        "legal_basis": legal_basis, "works_council": works_council,
    }  # fmt: skip
    file, actor = current.writable(matter)
    order = named(current.workspace, what, kind, facts)
    gc.enable()  # it may take hours
    with shown_progress(wanted=not json) as show:
        events = by_hand(
            current.workspace,
            current.library,
            file,
            actor,
            order,
            authority=authority,
            repeat=_repeat(matter, what, kind, facts),
            resume=resume,
            progress=show,
        )
    recorded(matter, events, json)
    if not json:
        _tell_findings(events[-1])


def _repeat(
    matter: str, what: str, kind: str | None, facts: dict[str, str | bool | None]
) -> list[str]:
    """Write the command line that collects the same again; the legal basis stays out of the record."""
    words = ["breachbook", "evidence", "collect", matter, what]
    if kind:
        words += ["--kind", kind]
    for name, value in facts.items():
        option = f"--{name.replace('_', '-')}"
        if value and name != "legal_basis":
            words += [option] if value is True else [option, str(value)]
    return words


def _tell_findings(event: "Event") -> None:
    for code, count in sorted(event.data["findings"].items()):
        say(f"  {count} {code}")


@contextmanager
def shown_progress(*, wanted: bool) -> "Iterator[Callable[[Progress], None] | None]":
    """Give what shows on one line of stderr how far a long reading is; None where nobody looks."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    try:
        yield _Line().show
    finally:
        _write("")


class _Line:
    """The state of a long reading, each written over the last."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def show(self, done: "Progress") -> None:
        began = self._began.setdefault(done.phase, time.monotonic())
        parts = [done.phase, f"{done.bytes / 1e6:,.1f}"]
        if done.bytes_total:
            parts[-1] += f" of {done.bytes_total / 1e6:,.1f}"
        parts += ["MB", f"{done.bytes_per_second / 1e6:,.1f} MB/s"]
        if done.files_total:
            parts.append(f"{done.files} of {done.files_total} files")
        if (rest := done.bytes_total - done.bytes) > 0 and done.bytes:
            elapsed = time.monotonic() - began
            parts.append(f"{rest * elapsed / done.bytes:.0f} s left")
        _write(safe(" ".join(parts)))


def _write(text: str) -> None:
    sys.stderr.write(f"\r\x1b[2K{text}")
    sys.stderr.flush()
