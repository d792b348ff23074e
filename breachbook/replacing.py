"""Replacing a draft by a DOCX that a person edited: its text becomes the notice's next version.

Only the text is taken. The new version's Markdown, DOCX and PDF are printed from it by the same press as
every draft, so they never differ; the file as handed in is kept beside them and served to nobody. The
request on the old version is voided in the same append, so the new one is asked for anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from breachbook import approvals, engine, redline
from breachbook.basis import inputs
from breachbook.documents.declaration import NoticeKind
from breachbook.documents.edited import Edited, edited
from breachbook.documents.inert import release
from breachbook.documents.press import Sheet, press
from breachbook.documents.reading import Read, read_docx
from breachbook.doers import doers
from breachbook.errors import ApprovalError, ContentError, Problem, UsageError
from breachbook.events import Actor, Draft
from breachbook.library import Library
from breachbook.matter import Approval, Document, Instance, Matter
from breachbook.matter_file import MatterFile
from breachbook.notices import WATERMARK, forbidden
from breachbook.playbook import Step
from breachbook.records import on_matter
from breachbook.source import shown
from breachbook.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of an edit.

    Attributes:
        document: Id of the new version.
        request: Request on the old version that is void now, or None.
        text: What happened, for the person.
    """

    document: str
    request: str | None
    text: str


@dataclass(frozen=True, slots=True)
class _Version:
    """What a new version is made of, ready to be recorded."""

    files: Mapping[str, str]
    edit: str
    counts: redline.Counts
    remarks: tuple[str, ...] = field(default=())


def replace(
    workspace: Workspace,
    library: Library,
    file: MatterFile,
    actor: Actor,
    document: str,
    data: bytes,
    name: str,
    reason: str,
    received_at: datetime | None = None,
) -> Replaced:
    """Make an edited DOCX of a notice's newest version its next version, and void what was asked on the old.

    The person becomes an author of it, and so may not approve it where the policy excludes authors.

    Args:
        document: The version that was edited.
        data: The DOCX, as hostile as anything from outside.
        name: What the person called it; only ever shown.
        reason: Why, kept with the matter.
        received_at: When we had it; the new version's day.

    Raises:
        ApprovalError: Not theirs, closed, served, being drafted or sent, resting on what has changed, or
            of a step that goes out without approval; nothing is recorded.
        UsageError: Not the newest version of a notice, no reason, or the same text.
        ContentError: No acceptable DOCX, or wording that the kind forbids.
    """
    if not reason.strip():
        raise UsageError("got no reason; allowed: why the text was changed")
    matter = file.refresh()
    old = _replaceable(library, file, matter, actor, document)
    at = received_at or workspace.now()
    version = _version(workspace, library, file, matter, old, data, name, at)
    voided: list[str] = []

    def drafts(matter: Matter) -> list[Draft]:
        # The world may have moved while the new version was printed: everything is judged again.
        now = _replaceable(library, file, matter, actor, document)
        requests = _standing(matter, now)
        voided[:] = [approval.id for approval in requests]
        new = matter.number("D")
        why = (f"document:{new}",)
        void = [
            draft
            for a in requests
            for draft in approvals.void(matter, a.id, "replaced", why, actor)
        ]
        said = file.values.commit(reason)
        return [*void, _drafted(now, new, version, said, actor)]

    events = file.transact(drafts)
    new = str(events[-1].data["document"])
    return Replaced(new, voided[-1] if voided else None, _text(new, old, voided, version))


def _replaceable(
    library: Library, file: MatterFile, matter: Matter, actor: Actor, document: str
) -> Document:
    """Give the document if this person may replace it now; refuse with the reason otherwise."""
    on_matter(matter, actor)
    where = f"{matter.id} {shown(document)}"
    if not matter.open:
        raise ApprovalError(f"{where}: {approvals.CAUSES['closed']}")
    found = matter.documents.get(document)
    if found is None:
        allowed = ", ".join(d.id for d in matter.documents.values() if d.notice) or "none yet"
        raise UsageError(f"{where}: no such document; allowed: {allowed}")
    if not found.notice:
        raise UsageError(
            f"{where}: is the plan of a containment, which its connector makes; allowed: a notice"
        )
    instance = matter.instance(found.step, found.target)
    if instance.document != document:
        raise UsageError(
            f"{where}: is not the newest version; allowed: {instance.document or 'the next draft'}"
        )
    step = library.pinned(file, matter).step(found.step)
    _check_free(library, matter, step, instance, found, where)
    if step.approve is None:
        raise ApprovalError(
            f"{where}: {step.id} goes out without approval, so its text is not edited; allowed: restart the step"
            " with other answers, or change its template"
        )
    _check_fresh(library, file, matter, step, found, where)
    return found


def _check_free(
    library: Library, matter: Matter, step: Step, instance: Instance, found: Document, where: str
) -> None:
    """Refuse what was served, or what somebody works on at this moment."""
    if found.served is not None or engine.is_done(step, instance):
        raise ApprovalError(f"{where}: was served or is done; what went out is not changed")
    draft, work = instance.acts.get(step.acts[0]), instance.acts.get(step.gated_act)
    if draft is not None and draft.state in ("started", "uncertain"):
        raise ApprovalError(f"{where}: a new version is being drafted; wait for it and edit that")
    by_hand = doers(step, found.target, step.gated_act, library.reference())
    busy = ("uncertain",) if by_hand else ("started", "uncertain")
    if work is not None and work.state in busy:
        raise ApprovalError(f"{where}: is being sent at this moment; say first what became of it")


def _check_fresh(
    library: Library, file: MatterFile, matter: Matter, step: Step, found: Document, where: str
) -> None:
    basis = inputs(matter, library.pinned(file, matter), library.reference(), step, found.target)
    if names := approvals.changed(found.inputs, basis):
        raise ApprovalError(
            f"{where}: what it rests on has changed ({', '.join(names)}); a new version is drafted, edit that"
        )


def _standing(matter: Matter, document: Document) -> list[Approval]:
    return [
        approval
        for approval in matter.approvals.values()
        if approval.document == document.id and approval.state in ("open", "approved")
    ]


def _drafted(
    old: Document, new: str, version: _Version, why: Mapping[str, str], actor: Actor
) -> Draft:
    data: dict[str, Any] = {
        "document": new, "step": old.step, "target": old.target, "round": old.round,
        "version": old.version + 1, "files": dict(version.files), "inputs": dict(old.inputs),
        "inputs_sha256": old.inputs_sha256,
        "authors": list(dict.fromkeys((*old.authors, actor.person))),
        "notice": old.notice, "language": old.language, "form": old.form,
        "replaces": old.id, "edit": version.edit, "reason": why,
    }  # fmt: skip
    if old.template:
        data["template"] = old.template
    if old.party:
        data["party"] = old.party
    return Draft("document.drafted", data, actor, "work-product")


def _version(
    workspace: Workspace, library: Library, file: MatterFile, matter: Matter, old: Document,
    data: bytes, name: str, at: datetime,
) -> _Version:  # fmt: skip
    """Read what was handed in, judge its wording, print it, and keep all of it in the store."""
    checked = edited(data, name)
    read = read_docx(checked, name)
    before = redline.text_of(file, old) or ""
    after = release(read.markdown)
    counts = redline.counts(before, after)
    if not counts:
        raise UsageError(f"{shown(name)}: its text is that of {old.id}; nothing was recorded")
    kind = library.notices[old.notice]
    _check_wording(kind, old, name, read, before)
    docx, pdf = press(read.markdown, _sheet(workspace, kind, matter, old, name, at), shown(name))
    put = file.store.put
    stem = f"{old.notice}.{old.language}"
    files = {
        f"{stem}.pdf": put(pdf), f"{stem}.docx": put(docx), f"{stem}.md": put(after.encode()),
    }  # fmt: skip
    return _Version(files, put(data), counts, _remarks(checked))


def _sheet(
    workspace: Workspace, kind: NoticeKind, matter: Matter, old: Document, name: str, at: datetime
) -> Sheet:
    organisation = workspace.config.organisation
    title = kind.languages.get(old.language, {}).get(old.form)
    if title is None:
        _no_form(kind, old, name)
    return Sheet(
        language=old.language,
        title=title,
        author=organisation.name,
        label=matter.id,
        watermark=WATERMARK if matter.example else "",
        dated=at.astimezone(ZoneInfo(organisation.zone)).date().isoformat(),
    )


def _no_form(kind: NoticeKind, old: Document, name: str) -> NoReturn:
    got = f"an edit of {kind.id} ({old.language}, {old.form})"
    raise ContentError([Problem(shown(name), None, "", got, "a form that its notice.yaml has")])


def _check_wording(kind: NoticeKind, old: Document, name: str, read: Read, before: str) -> None:
    """Refuse wording the kind forbids; a quotation excuses it only where the old version has it too."""
    quoted = {line for line in redline.reads_as(before) if line.startswith(">")}
    judged = []
    for line in read.words.splitlines():
        same = line.startswith(">") and {*redline.reads_as(release(line))} <= quoted
        judged.append(line if same else line.lstrip("> "))
    # A person may write in any language; what a template may not say in one, an edit says in none.
    text = "\n".join(judged)
    found = [
        p for language in kind.languages for p in forbidden(kind, language, shown(name), text)
    ]
    if found:
        raise ContentError(tuple(dict.fromkeys(found)))


def _remarks(checked: Edited) -> tuple[str, ...]:
    remarks = []
    if checked.changes:
        remarks.append(f"its {checked.changes} tracked changes were taken as accepted")
    if checked.comments:
        remarks.append(f"its {checked.comments} comments were not taken over")
    return tuple(remarks)


def _text(new: str, old: Document, voided: list[str], version: _Version) -> str:
    asked = f"{', '.join(voided)} is void; " if voided else ""
    told = [
        f"{new} is version {old.version + 1} of {old.step}/{old.target}, in place of {old.id}",
        str(version.counts),
        f"{asked}the new text is put to those who decide",
        *version.remarks,
    ]
    return "; ".join(told).replace("/-,", ",") + "."
