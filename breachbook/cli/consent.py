"""Consents: what two counsel must agree to, one after another."""

from typing import Literal

from breachbook.cli.act import recorded
from breachbook.cli.output import as_json, moment, table
from breachbook.cli.session import current
from breachbook.errors import UsageError
from breachbook.events import stamp


def consent(
    what: Literal["list", "ask", "give", "withdraw"],
    matter: str,
    which: str | None = None,
    about: str | None = None,
    /,
    *,
    reason: str | None = None,
    json: bool = False,
) -> None:
    """List, ask for, give or withdraw what two counsel must agree to.

    Destroying an exhibit, releasing a legal hold, and a hold in silence need it.

    For example:

    - breachbook consent list LEAK-2026-0001
    - breachbook consent ask LEAK-2026-0001 destroy-exhibit E2 --reason "collected by mistake"
    - breachbook consent ask LEAK-2026-0001 release-hold "legal-hold-1|alan-brooks" --reason "settled"
    - breachbook consent give LEAK-2026-0001 R1
    - breachbook consent withdraw LEAK-2026-0001 R1 --reason "the exhibit is needed"

    Args:
        what: list, ask, give or withdraw.
        matter: Its id.
        which: To ask: destroy-exhibit, release-hold or silent-hold; else the id of the consent.
        about: To ask: what it concerns, an exhibit or HOLD|CUSTODIAN.
        reason: Why; to ask and to withdraw.
        json: Print JSON.
    """
    from breachbook import consents

    if what == "list":
        _list(matter, json)
        return
    wanted = {"ask": (which, about, reason), "give": (which,), "withdraw": (which, reason)}[what]
    if None in wanted or (what != "ask" and about is not None):
        raise UsageError(
            f"consent {what}: got too little or too much; allowed:"
            " ask MATTER WHAT ABOUT --reason TEXT, give MATTER ID, withdraw MATTER ID --reason TEXT"
        )
    file, actor = current.writable(matter)
    if what == "ask":
        events = consents.ask(file, actor, which or "", about or "", reason or "")
    elif what == "give":
        events = consents.give(file, actor, which or "")
    else:
        events = consents.withdraw(file, actor, which or "", reason or "")
    recorded(matter, events, json)


def _list(matter: str, json: bool) -> None:
    from breachbook.agreement import is_open, known_to

    file, state = current.readable(matter)
    found = [
        {
            "consent": one.id,
            "what": one.what,
            "about": one.about,
            "state": "open" if is_open(state, one) else one.state,
            "asked_by": one.asked_by,
            "asked_at": stamp(one.asked_at),
            "agreed": list(one.agreed),
            "reason": str(file.values.get(one.reason, "")),
        }
        for one in known_to(state, current.reader())
    ]
    if json:
        as_json(found)
        return
    columns = ("consent", "what", "about", "state", "asked by", "asked", "agreed")
    rows = [
        (
            one["consent"], one["what"], one["about"], one["state"], one["asked_by"],
            moment(str(one["asked_at"])), one["agreed"],
        )
        for one in found
    ]  # fmt: skip
    table(columns, rows, "nothing was asked yet")
