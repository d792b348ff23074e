"""What waits for a decision, and deciding it: what is decided on is printed first."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from breachbook import rows
from breachbook.cli.output import as_json, moment, pairs, say, table
from breachbook.cli.session import current
from breachbook.errors import ApprovalError, UsageError

if TYPE_CHECKING:
    from breachbook.approvals import Answer
    from breachbook.decisions import Decided
    from breachbook.matter import Approval, Matter
    from breachbook.matter_file import MatterFile


def approvals(request: str | None = None, /, *, mine: bool = False, json: bool = False) -> None:
    """List the requests that wait for a decision, or show one whole.

    For example:

    - breachbook approvals --mine
    - breachbook approvals LEAK-2026-0001-A3

    Args:
        request: Id of one request.
        mine: Only those that wait for you.
        json: Print JSON.
    """
    if request is not None:
        view = _view(request)
        if json:
            as_json(view)
        else:
            _print(view)
        return
    found = _open(current.person()[0] if mine else None)
    if json:
        as_json(found)
        return
    table(
        ("request", "subject", "step", "target", "has", "of", "expires", "waits for"),
        [
            (
                v["request"], v["subject"][:16], v["step"], v["target"], v["given"], v["quorum"],
                moment(v["expires_at"]), _left(v),
            )
            for v in found
        ],
        "nothing waits for a decision",
    )  # fmt: skip
    for view in found:
        if view["unreachable"]:
            say(f"{view['request']}: {view['unreachable']}")


def approve(
    request: str,
    /,
    *,
    comment: str | None = None,
    confirm: str | None = None,
    json: bool = False,
) -> None:
    """Approve a request: exactly the files, recipients and method that are printed.

    For example:

    - breachbook approve LEAK-2026-0001-A3
    - breachbook approve LEAK-2026-0001-A3 --comment "as discussed"
    - breachbook approve LEAK-2026-0001-A4 --confirm LEAK-2026-0001

    Args:
        request: Its id, as `approvals` lists it.
        comment: Kept with the decision.
        confirm: The matter's number, which a request of high risk asks for.
        json: Print JSON.
    """
    _decide(request, "approve", comment, json, confirm)


def delegate(
    request: str, /, *, to: str, until: str, reason: str | None = None, json: bool = False
) -> None:
    """Hand your decision on a request to another person until a moment, as its policy allows.

    For example:

    - breachbook delegate LEAK-2026-0001-A3 --to lin-yue --until 2026-11-20T18:00:00-06:00

    Args:
        request: Its id.
        to: Person who decides in your place; `approvals REQUEST` names those allowed.
        until: A date (to its end, in UTC), or a date and time with its offset.
        reason: Why.
        json: Print JSON.
    """
    from breachbook import decisions

    _, actor = current.writable(decisions.matter_of(request))
    decided = decisions.delegate(
        current.workspace, request, actor=actor, to=to, until=until_of(until), reason=reason
    )
    _told(request, f"handed to {to}", decided, json)


def break_glass(request: str, /, *, reason: str, confirm: str, json: bool = False) -> None:
    """Approve a request alone, as somebody its policy names for emergencies; everyone is told why.

    For example:

    - breachbook break-glass LEAK-2026-0001-A3 --reason "upload to a public site is under way" --confirm LEAK-2026-0001

    Args:
        request: Its id.
        reason: Why it cannot wait for the people asked.
        confirm: The matter's number.
        json: Print JSON.
    """
    from breachbook import decisions

    _, actor = current.writable(decisions.matter_of(request))
    if not json:
        _print(_view(request, actor.person))
    decided = decisions.break_glass(
        current.workspace, request, actor=actor, reason=reason, confirmed=confirm
    )
    _told(request, "approved alone", decided, json)


def until_of(text: str) -> datetime:
    """Read until when something holds: a date to its end in UTC, or a time with its offset.

    Raises:
        UsageError: Neither.
    """
    try:
        if "T" not in text:
            return datetime.combine(date.fromisoformat(text), time(23, 59, 59), UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(
            f"--until: got {text[:60]!r}; allowed: 2026-11-20, or 2026-11-20T18:00:00-06:00"
        )
    return moment


def reject(request: str, /, *, comment: str, json: bool = False) -> None:
    """Refuse a request.

    For example:

    - breachbook reject LEAK-2026-0001-A3 --comment "not before the hearing"

    Args:
        request: Its id.
        comment: Why.
        json: Print JSON.
    """
    _decide(request, "reject", comment, json)


def request_changes(request: str, /, *, comment: str, json: bool = False) -> None:
    """Ask for changes; a new version will need a new decision.

    For example:

    - breachbook request-changes LEAK-2026-0001-A3 --comment "name the licence in the second paragraph"

    Args:
        request: Its id.
        comment: What to change.
        json: Print JSON.
    """
    _decide(request, "request-changes", comment, json)


def _decide(
    request: str, answer: "Answer", comment: str | None, json: bool, confirm: str | None = None
) -> None:
    from breachbook.decisions import decide, matter_of

    if answer != "approve" and not (comment and comment.strip()):
        raise UsageError(f"--comment: got nothing; allowed: a reason, which `{answer}` needs")
    file, actor = current.writable(matter_of(request))
    view = _view(request, actor.person)
    if not json and file.refresh().sees(actor.person):
        _print(view)
    # The subject that was shown is the one decided on: a newer one would be refused.
    decided = decide(
        current.workspace,
        request,
        actor=actor,
        answer=answer,
        comment=comment,
        subject16=view["subject"][:16],
        confirmed=confirm,
    )
    _told(request, answer, decided, json, {"subject": view["subject"]})


def _told(
    request: str, what: str, decided: "Decided", json: bool, more: Mapping[str, Any] | None = None
) -> None:
    """Say what became of a decision, and wake the engine.

    Raises:
        ApprovalError: It was refused; the journal has the attempt.
    """
    if json:
        outcome = {"outcome": decided.outcome, "cause": decided.code, "text": decided.text}
        as_json({**outcome, **(more or {})})
    current.tell_engine(decided.matter)
    if decided.outcome == "refused":
        raise ApprovalError(f"{request}: {decided.text}")
    if not json:
        say(f"{request}: {what}, {decided.text}")


def _view(request: str, decider: str | None = None) -> dict[str, Any]:
    """Describe a request; whoever decides gets as far as the judgement, which records a refusal."""
    from breachbook.decisions import matter_of
    from breachbook.views.approvals import approval_view

    file = rows.open_file(current.root, matter_of(request))
    state = file.refresh()
    reader = None if decider else current.reader()
    approval = state.approvals.get(request)
    if approval is None or (reader is not None and not state.sees(reader)):
        raise UsageError(f"{request}: there is no such request, or it is not yours to see")
    return approval_view(file, state, approval) | {
        "unreachable": _unreachable(file, state, approval)
    }


def _unreachable(file: "MatterFile", matter: "Matter", approval: "Approval") -> str:
    from breachbook.quorum import shortfall, unreachable

    now = datetime.now(UTC)
    if shortfall(matter, approval, now) is None:
        return ""
    policy = current.library.pinned(file, matter).step(approval.step).approve
    return unreachable(matter, approval, policy, now)


def _open(person: str | None) -> list[dict[str, Any]]:
    from breachbook.views.approvals import approval_view, waits_for

    reader, now = current.reader(), datetime.now(UTC)
    found = []
    for row in rows.current(current.root):
        if not row["approvals"] or (reader is not None and reader not in row["people"]):
            continue
        file = rows.open_file(current.root, row["matter"])
        state = file.refresh()
        for approval in state.approvals.values():
            waits = person is None or waits_for(approval, state, person, now)
            if approval.state == "open" and state.open and waits:
                stuck = _unreachable(file, state, approval)
                found.append(approval_view(file, state, approval) | {"unreachable": stuck})
    return sorted(found, key=lambda view: view["expires_at"])


def _left(view: Mapping[str, Any]) -> list[str]:
    given = {item["person"] for item in view["decisions"]}
    return [person for person in view["approvers"] if person not in given]


def _print(view: Mapping[str, Any]) -> None:
    pairs(
        {
            "request": view["request"],
            "subject": view["subject"][:16],
            "step": f"{view['step']}/{view['target']}".removesuffix("/-"),
            "action": f"{view['action']} by {view['method']}" if view["action"] else None,
            "state": view["state"],
            "approvals": f"{view['given']} of {view['quorum']}",
            "still needed": view["still_needed"] or None,
            "cannot be approved": view["unreachable"] or None,
            "high risk": "type the matter's number with --confirm" if view["high_risk"] else None,
            "may stand in": view["delegates"],
            "may break glass": view["break_glass"],
            "approvers": view["approvers"],
            "excluded": view["excluded"],
            "decide before": moment(view["expires_at"]),
            "act before": moment(view["not_after"]),
            "changed": view["changed"],
        }
    )
    for file in view["files"]:
        say(f"file       {file['sha256'][:16]}  {file['name']}")
    for who in view["recipients"]:
        say(f"recipient  {'; '.join(str(value) for value in who.values() if value)}")
    for item in view["decisions"]:
        say(
            f"decision   {item['decision']} by {item['person']}, {moment(item['at'])} {item['comment'] or ''}".rstrip()
        )
    if view["unreadable"]:
        raise ApprovalError(
            f"{view['request']}: its manifest cannot be shown ({view['unreadable']}); run `breachbook audit verify`"
        )
