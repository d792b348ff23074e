"""What a person does who is under a legal hold, or runs systems that one covers; and the list of holds."""

from pathlib import Path
from typing import TYPE_CHECKING

from breachbook import rows
from breachbook.cli.act import as_pairs, recorded
from breachbook.cli.output import as_json, heading, moment, pairs, say, table
from breachbook.cli.session import NOT_YOURS, current
from breachbook.errors import ApprovalError, UsageError

if TYPE_CHECKING:
    from breachbook.holds import Told


def listed(matter: str, /, *, json: bool = False) -> None:
    """List the legal holds of a matter that you may know of: those of all, and yours.

    For example:

    - breachbook hold list LEAK-2026-0001

    Args:
        matter: Its id.
        json: Print JSON.
    """
    from breachbook.hold_reminders import known
    from breachbook.views.holds import hold_view

    file = rows.open_file(current.root, matter)
    state, reader = file.refresh(), current.reader()
    shown = known(state, reader)
    if reader is not None and not state.sees(reader):
        shown = [hold for hold in shown if hold.custodian == reader]
        if not shown:
            raise UsageError(f"{matter}: {NOT_YOURS}")
    found = [hold_view(file, state, hold, reader) for hold in shown]
    if json:
        as_json(found)
        return
    columns = ("hold", "person", "role", "state", "version", "reply by", "acknowledged", "open")
    table(
        columns,
        [
            (
                h["hold"], h["custodian"], h["role"], h["state"], h["version"], moment(h["reply_by"]),
                moment(h["acknowledged_at"]), [t["task"] for t in h["tasks"] if t["open"]],
            )
            for h in found
        ],
        "no legal hold yet",
    )  # fmt: skip
    for hold in found:
        if answers := hold["answers"]:
            heading(f"Answers of {hold['custodian']}, {hold['hold']}")
            pairs(answers if isinstance(answers, dict) else {"all": answers})


def acknowledge(matter: str, hold: str, /, *, notice: str = "", json: bool = False) -> None:
    """Acknowledge the newest notice of a legal hold on you.

    For example:

    - breachbook hold acknowledge LEAK-2026-0001 legal-hold-1
    - breachbook hold acknowledge LEAK-2026-0001 legal-hold-1 --notice 5f2c9a1be0d34c77

    Args:
        matter: Its id.
        hold: Id of the hold, as `hold list` names it.
        notice: SHA-256 of the PDF that you read, or its first characters; an older one is refused.
        json: Print JSON.
    """
    from breachbook import holds

    _, actor = current.writable(matter)
    told = holds.acknowledge(current.workspace, matter, hold, actor=actor, notice=notice.lower())
    _told(matter, hold, told, json)


def answer(matter: str, hold: str, /, *answers: str, json: bool = False) -> None:
    """Answer the questions of a legal hold that you acknowledged; only counsel reads the answers.

    For example:

    - breachbook hold answer LEAK-2026-0001 legal-hold-1 devices="laptop, phone" accounts=none
      chat_apps=WeChat auto_delete=all-off others=none leaving=no

    Args:
        matter: Its id.
        hold: Id of the hold.
        answers: devices, accounts, chat_apps, auto_delete (all-off, some-on, do-not-know), others and
            leaving (no, yes), each as question=answer, all of them at once.
        json: Print JSON.
    """
    from breachbook import holds

    _, actor = current.writable(matter)
    told = holds.answer(current.workspace, matter, hold, as_pairs(answers), actor=actor)
    _told(matter, hold, told, json)


def steward_done(
    matter: str, hold: str, task: str, /, *, proof: Path | None = None, json: bool = False
) -> None:
    """Report a measure of a legal hold as taken in the systems that you run.

    For example:

    - breachbook hold steward-done LEAK-2026-0001 legal-hold-1 mailbox-hold --proof setting.png

    Args:
        matter: Its id.
        hold: Id of the hold.
        task: What was done, as `hold list` names it.
        proof: A file that shows it, kept with the matter.
        json: Print JSON.
    """
    from breachbook.holds.acknowledging import fulfil

    file, actor = current.writable(matter)
    recorded(matter, fulfil(file, actor, hold, task, proof), json)


def _told(matter: str, hold: str, told: "Told", json: bool) -> None:
    if json:
        as_json({"outcome": told.outcome, "text": told.text})
    if told.outcome == "refused":
        raise ApprovalError(f"{matter} {hold}: {told.text}")
    if not json:
        say(f"{matter} {hold}: {told.text}")
    current.tell_engine(matter)
