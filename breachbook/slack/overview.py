"""The pinned overview of a matter. Pure; a view of the journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from breachbook.slack.blocks import (
    MAX_MESSAGE,
    MAX_SECTION,
    Block,
    bounded,
    context,
    cut,
    fields,
    header,
    labelled,
    link,
    plain,
    when,
    words,
)
from breachbook.slack.notes import watermark


@dataclass(frozen=True, slots=True)
class Overview:
    """A matter at a glance.

    Attributes:
        rows: As `breachbook.overview.overview` describes it.
        steps: Step id to title.
        titles: Deadline id to title.
        names: Person id to name.
        links: Request id to the address of its card, empty where there is none.
        lacks: Request id to what it still needs, by name.
    """

    rows: Mapping[str, Any]
    title: str
    playbook: str
    steps: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    example: bool = False


def overview_blocks(shown: Overview) -> list[Block]:
    """Lay out the overview; it keeps within Slack's limits whatever the matter holds."""
    rows = shown.rows
    facts = {
        "Matter": rows["matter"],
        "State": rows["state"],
        "Severity": rows["severity"] or "not yet rated",
        "Playbook": shown.playbook,
    }
    return bounded(
        [
            *watermark(shown.example),
            header(f"Overview: {shown.title or rows['matter']}"),
            fields(facts),
            *_approvals(shown),
            *labelled("Deadlines, by the day to plan on", _deadlines(shown)),
            *labelled("Letters and other documents", _documents(shown)),
            *labelled("Exhibits", _exhibits(shown)),
            *([*labelled("Legal holds", _holds(shown))] if rows["holds"] else []),
            *labelled("On the matter", _people(shown)),
            context(words("This message follows the matter; the journal is the record.")),
        ]
    )


def overview_text(shown: Overview) -> str:
    """The overview in one line."""
    return cut(f"{shown.rows['matter']}: overview: {shown.title}", MAX_MESSAGE)


def _approvals(shown: Overview) -> list[Block]:
    rows = shown.rows["approvals"]
    if not rows:
        return labelled("Waiting for a decision", "nothing")
    blocks: list[Block] = [context(words("*Waiting for a decision*"))]
    for row in rows[:15]:
        title = shown.steps.get(row["step"], row["step"])
        address = shown.links.get(row["id"], "")
        expires = when(datetime.fromisoformat(row["expires_at"]), shown.zone)
        parts = [plain(f"{row['id']} · {title} · needs {shown.lacks.get(row['id'], '')}", 500)]
        parts.append(words(f"expires {expires}"))
        parts += [words(link(address, "open the card"))] if address else []
        blocks.append(context(*parts))
    if more := len(rows) - 15:
        blocks += [context(words(f"and {more} more"))] if more > 0 else []
    return blocks


def _deadlines(shown: Overview) -> str:
    lines = []
    for row in shown.rows["deadlines"]:
        title = shown.titles.get(row["id"]) or row["rule"]
        marks = [
            word
            for word, said in (("OVERDUE", row["overdue"]), ("provisional", row["provisional"]))
            if said
        ]
        mark = f" ({', '.join(marks)})" if marks else ""
        lines.append(f"{row['safe']} · {title} · {row['id']}{mark}")
    if shown.rows["more"]:
        lines.append(f"and {shown.rows['more']} later ones")
    return _listed(lines, "none runs now" if shown.rows["counted"] else "none counted yet")


def _documents(shown: Overview) -> str:
    lines = [
        f"{row['id']} · {shown.steps.get(row['step'], row['step'])}"
        f"{'' if row['target'] == '-' else ' · ' + row['target']} · version {row['version']}, {row['state']}"
        for row in shown.rows["documents"]
    ]
    return _listed(lines, "none yet")


def _exhibits(shown: Overview) -> str:
    lines = [
        f"{row['id']} · {row['source']} · {row['files']} files, sealed"
        for row in shown.rows["exhibits"]
    ]
    return _listed(lines, "none yet")


def _holds(shown: Overview) -> str:
    return ", ".join(f"{number} {state}" for state, number in shown.rows["holds"].items())


def _people(shown: Overview) -> str:
    lines = [
        f"{shown.names.get(row['id'], row['id'])} · {', '.join(row['roles'])}"
        for row in shown.rows["people"]
    ]
    return _listed(lines, "nobody")


def _listed(lines: list[str], none: str) -> str:
    """Join lines within one section; whole lines give way, and their number is said."""
    kept: list[str] = []
    used = 0
    for line in lines:
        used += 2 * len(line) + 1
        if used > MAX_SECTION - 100:
            return "\n".join(
                [*kept, f"and {len(lines) - len(kept)} more in the matter's own record"]
            )
        kept.append(line)
    return "\n".join(kept) or none
