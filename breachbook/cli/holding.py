"""What counsel does with legal holds."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from breachbook.cli.act import recorded
from breachbook.cli.output import as_json, files, files_table, remark
from breachbook.cli.session import current
from breachbook.errors import UsageError


def add(
    matter: str,
    hold: str,
    /,
    *,
    custodian: str | None = None,
    steward: str | None = None,
    task: Sequence[str] = (),
    json: bool = False,
) -> None:
    """Put a further custodian under a legal hold, or instruct who runs systems that it covers.

    For example:

    - breachbook hold add LEAK-2026-0001 legal-hold-1 --custodian ruth-cole
    - breachbook hold add LEAK-2026-0001 legal-hold-1 --steward ruth-cole --task mailbox-hold --task chat-retention

    Args:
        matter: Its id.
        hold: Id of the hold.
        custodian: Person whose material it covers; the playbook's step delivers them the notice.
        steward: Person who runs systems; they get their instruction at once.
        task: For a steward: suspend-auto-delete, mailbox-hold, device-quarantine or chat-retention;
            may be given several times.
        json: Print JSON.
    """
    from breachbook.holds import changing

    if (custodian is None) == (steward is None) or bool(task) != (steward is not None):
        raise UsageError(
            "hold add: got too little or too much; allowed: --custodian PERSON, or --steward PERSON with --task TASK"
        )
    file, actor = current.writable(matter)
    if custodian is not None:
        events = changing.add_custodian(file, current.library, actor, hold, custodian)
    else:
        events = changing.add_steward(file, current.library, actor, hold, steward or "", task)
    recorded(matter, events, json)


def amend(
    matter: str,
    hold: str,
    /,
    *,
    scope: str,
    reason: str,
    system: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    json: bool = False,
) -> None:
    """Change what a legal hold covers: new notices are drafted and delivered, and acknowledged anew.

    For example:

    - breachbook hold amend LEAK-2026-0001 legal-hold-1 --scope "also the gauges" --system plm --reason "found in E1"

    Args:
        matter: Its id.
        hold: Id of the hold.
        scope: All that is to be kept now, in words.
        reason: Why it is changed.
        system: Id of a system concerned; may be given several times.
        since: First day of the material; of whatever age without it.
        until: Last day of the material.
        json: Print JSON.
    """
    from breachbook.holds import changing

    file, actor = current.writable(matter)
    wanted = changing.Scope(scope, tuple(system), since, until)
    recorded(matter, changing.amend(file, current.library, actor, hold, wanted, reason), json)


def silent(
    matter: str,
    /,
    *,
    about: str,
    steward: Sequence[str],
    task: Sequence[str],
    scope: str,
    system: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    json: bool = False,
) -> None:
    """Let data stewards keep what somebody has, without a word to them; two counsel must have agreed.

    For example:

    - breachbook consent ask LEAK-2026-0001 silent-hold zhou-min --reason "may delete when warned"
    - breachbook hold silent LEAK-2026-0001 --about zhou-min --steward ruth-cole --task mailbox-hold --scope "mailbox"

    Args:
        matter: Its id.
        about: Person or party whose material is kept.
        steward: Person who runs the systems; may be given several times.
        task: suspend-auto-delete, mailbox-hold, device-quarantine or chat-retention; several times.
        scope: What is to be kept, in words.
        system: Id of a system concerned; may be given several times.
        since: First day of the material.
        until: Last day of the material.
        json: Print JSON.
    """
    from breachbook.holds import silence
    from breachbook.holds.changing import Scope

    file, actor = current.writable(matter)
    wanted = Scope(scope, tuple(system), since, until)
    events = silence.place(file, current.library, actor, about, steward, task, wanted)
    recorded(matter, events, json)


def convert(matter: str, hold: str, /, *, reason: str, json: bool = False) -> None:
    """Make a silent hold known: whom it is about gets a notice and acknowledges it.

    For example:

    - breachbook hold convert LEAK-2026-0001 steward-hold-3fa91c07 --reason "interviewed today"

    Args:
        matter: Its id.
        hold: Id of the silent hold.
        reason: Why.
        json: Print JSON.
    """
    from breachbook.holds import silence

    file, actor = current.writable(matter)
    recorded(matter, silence.convert(file, current.library, actor, hold, reason), json)


def exempt(matter: str, hold: str, /, *, custodian: str, reason: str, json: bool = False) -> None:
    """Ask nothing more of a person under a hold; it covers what they have all the same.

    For example:

    - breachbook hold exempt LEAK-2026-0001 legal-hold-1 --custodian alan-brooks --reason "on long leave"

    Args:
        matter: Its id.
        hold: Id of the hold.
        custodian: Person who is asked nothing more.
        reason: Why.
        json: Print JSON.
    """
    from breachbook.holds import changing

    file, actor = current.writable(matter)
    recorded(matter, changing.exempt(file, actor, hold, custodian, reason), json)


def release(matter: str, hold: str, /, *, custodian: str, reason: str, json: bool = False) -> None:
    """Release a custodian or a steward from a hold; two counsel must have agreed.

    For example:

    - breachbook consent ask LEAK-2026-0001 release-hold "legal-hold-1|alan-brooks" --reason "settled"
    - breachbook hold release LEAK-2026-0001 legal-hold-1 --custodian alan-brooks --reason "the matter is settled"

    Args:
        matter: Its id.
        hold: Id of the hold.
        custodian: Person who is released.
        reason: Why.
        json: Print JSON.
    """
    from breachbook import holds
    from breachbook.holds.releasing import REMARK

    file, actor = current.writable(matter)
    told = holds.release(current.workspace, file, actor, hold, custodian, reason)
    recorded(matter, told.events, json)
    if not told.resumes:
        remark(f"{matter} {hold}: {REMARK}")


def proof(matter: str, hold: str, /, *, out: Path, json: bool = False) -> None:
    """Write the proof pack of a hold: record as PDF and JSON, and the notices; the same journal, the same bytes.

    For example:

    - breachbook hold proof LEAK-2026-0001 legal-hold-1 --out hold-record

    Args:
        matter: Its id.
        hold: Id of the hold.
        out: Folder to write to; made if it is not there.
        json: Print JSON: path and sha256 of each file.
    """
    from breachbook.holds.proof import proof_pack

    file, state = current.readable(matter)
    written = files(out, proof_pack(current.workspace, file, state, current.actor(), hold))
    if json:
        as_json(written)
    else:
        files_table(written)
