"""Collecting evidence by hand."""

from typing import TYPE_CHECKING

from breachbook.cli.act import recorded
from breachbook.cli.output import say
from breachbook.cli.progress import shown_progress
from breachbook.cli.session import current

if TYPE_CHECKING:
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
