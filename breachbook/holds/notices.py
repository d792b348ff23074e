"""The notices of a legal hold besides the custodian's, which a step of the playbook drafts."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from breachbook import content
from breachbook.hold_book import Terms
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.notices import WATERMARK, load_kind, render
from breachbook.workspace import Workspace

KIND = "legal-hold"
STEWARD_REPLY_DAYS = 1


def told_terms(file: MatterFile, matter: Matter, hold: str) -> dict[str, Any]:
    """Give what a notice may say of a hold's terms; empty before any were recorded."""
    terms = matter.hold_book.stated(hold)
    if terms is None:
        return {}
    order = matter.hold_book.orders[hold]
    scope = str(file.values.get(terms.scope, "")) if terms.scope else ""
    return said(hold, terms, scope) | {"about": order.about, "secret": order.silent}


def said(hold: str, terms: Terms, scope: str) -> dict[str, Any]:
    """Lay out one version of a hold's terms for its notices."""
    return {
        "id": hold, "version": terms.version, "scope": scope, "systems": list(terms.systems),
        "since": terms.since, "until": terms.until,
    }  # fmt: skip


def steward_notice(
    workspace: Workspace,
    file: MatterFile,
    matter: Matter,
    person: str,
    terms: Mapping[str, Any],
    tasks: Sequence[str],
) -> str:
    """Render the instruction to a data steward and keep it; give the SHA-256 of its PDF.

    Args:
        terms: As `told_terms` gives them.
    """
    context = _context(workspace, matter, person) | {
        "hold": {**terms, **_named(workspace, file, matter, str(terms.get("about") or "")), "tasks": list(tasks)}
    }  # fmt: skip
    return _kept(workspace, file, matter, person, "steward", context)


def release_notice(
    workspace: Workspace,
    file: MatterFile,
    matter: Matter,
    hold: str,
    person: str,
    *,
    resumes: bool,
) -> str:
    """Render the release of a person from a hold and keep it; give the SHA-256 of its PDF.

    Args:
        resumes: Whether ordinary retention applies again, as far as this person may know.
    """
    context = _context(workspace, matter, person) | {"hold": {"id": hold, "resumes": resumes}}
    return _kept(workspace, file, matter, person, "release", context)


def _kept(
    workspace: Workspace,
    file: MatterFile,
    matter: Matter,
    person: str,
    form: str,
    context: Mapping[str, Any],
) -> str:
    folders = content.folders("notices", workspace.root)
    languages = list(load_kind(folders, KIND).languages)
    wanted = workspace.people[person].language if person in workspace.people else "en-US"
    same = [one for one in languages if one.split("-")[0] == wanted.split("-")[0]]
    rendered = render(
        KIND, (same or languages)[0], context, folders,
        watermark=WATERMARK if matter.example else None, form=form,
    )  # fmt: skip
    return file.store.put(rendered.pdf)


def _context(workspace: Workspace, matter: Matter, person: str) -> dict[str, Any]:
    organisation = workspace.config.organisation.model_dump(mode="json")
    zone = ZoneInfo(organisation["zone"])
    today = workspace.now().astimezone(zone).date()
    name, _, title = str(organisation["representative"] or "").partition(", ")
    row = workspace.people.by_id.get(person)
    opened = matter.opened_at.astimezone(zone).date().isoformat() if matter.opened_at else ""
    return {
        "matter": {"id": matter.id, "opened_on": opened},
        "organisation": organisation,
        "signatory": {
            "kind": "company", "name": name, "title": title,
            "email": organisation["email"], "phone": organisation["phone"],
        },
        "custodian": row.model_dump(include={"id", "name", "name_local", "title"}) if row else {},
        "demands": {"reply_by": (today + timedelta(days=STEWARD_REPLY_DAYS)).isoformat()},
        "today": today.isoformat(),
        "example": matter.example,
    }  # fmt: skip


def _named(workspace: Workspace, file: MatterFile, matter: Matter, about: str) -> dict[str, str]:
    if about in workspace.people:
        row = workspace.people[about]
        return {"about": row.name, "about_local": row.name_local or row.name}
    party = matter.parties.get(about)
    details = file.values.get(party.details, {}) if party else {}
    name = str(details.get("name") or about) if isinstance(details, dict) else about
    local = str(details.get("name_local") or name) if isinstance(details, dict) else name
    return {"about": name, "about_local": local}


def first_hold_step(library: Library, file: MatterFile, matter: Matter) -> str | None:
    """Name the step of the matter's playbook that delivers legal holds; None if it has none."""
    steps = library.pinned(file, matter).steps
    return next((step.id for step in steps if step.kind == "hold"), None)
