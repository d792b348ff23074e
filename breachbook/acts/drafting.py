"""Drafting: a notice for one recipient, or a containment's plan; kept by hash, with its inputs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from breachbook import content, engine
from breachbook.acts import Job, Result, Write
from breachbook.acts.containing import plan
from breachbook.agenda import Reference
from breachbook.approvals import inputs_sha256
from breachbook.basis import authors, inputs
from breachbook.canonical import canonical
from breachbook.errors import ContentError, Problem
from breachbook.events import Draft
from breachbook.holds.notices import told_terms
from breachbook.matter import Matter
from breachbook.notices import WATERMARK, NoticeKind, render
from breachbook.people import seconds
from breachbook.playbook import Playbook, Step


def draft(job: Job) -> Result:
    """Render the step's notice, or its connector's plan, and keep the files in the store."""
    matter = job.file.refresh()
    playbook = job.library.pinned(job.file, matter)
    step = playbook.step(job.perform.step)
    reference = job.library.reference()
    basis = inputs(matter, playbook, reference, step, job.perform.target)
    by = authors(matter, playbook, reference, step, job.perform.target)
    extra: dict[str, Any] = {}
    if step.kind == "contain":
        files = {"plan.json": job.file.store.put(canonical(plan(job, step)))}
    else:
        files, extra = _notice(job, matter, playbook, step, reference)
    return Result("finished", "drafted", write=_record(job, files, basis, by, extra))


def _record(
    job: Job,
    files: Mapping[str, str],
    basis: Mapping[str, str],
    authors: tuple[str, ...],
    extra: Mapping[str, Any],
) -> Write:
    perform = job.perform

    def write(matter: Matter) -> list[Draft]:
        before = matter.documents.get(matter.instance(perform.step, perform.target).document or "")
        data = {
            "document": matter.number("D"), "step": perform.step, "target": perform.target,
            "round": perform.round, "version": before.version + 1 if before else 1, "files": dict(files),
            "inputs": dict(basis), "inputs_sha256": inputs_sha256(basis), "authors": list(authors), **extra,
        }  # fmt: skip
        return [Draft("document.drafted", data)]

    return write


def _notice(
    job: Job, matter: Matter, playbook: Playbook, step: Step, reference: Reference
) -> tuple[dict[str, str], dict[str, Any]]:
    kind = job.library.notices[step.notice or ""]
    context = _context(job, matter, playbook, step, reference)
    language = _language(kind, _recipient_language(job, matter))
    form = _form(kind, language, context)
    folders = content.folders("notices", job.workspace.root)
    rendered = render(
        kind.id,
        language,
        context,
        folders,
        watermark=WATERMARK if matter.example else None,
        form=form,
    )
    put = job.file.store.put
    name = f"{kind.id}.{language}"
    files = {
        f"{name}.pdf": put(rendered.pdf), f"{name}.docx": put(rendered.docx), f"{name}.md": put(rendered.markdown),
    }  # fmt: skip
    extra = {
        "notice": kind.id,
        "language": language,
        "form": form,
        "template": put(rendered.template),
    }
    if job.perform.target in matter.parties:
        extra["party"] = job.perform.target
    return files, extra


def _language(kind: NoticeKind, wanted: str) -> str:
    same = [
        language for language in kind.languages if language.split("-")[0] == wanted.split("-")[0]
    ]
    if wanted in kind.languages:
        return wanted
    return same[0] if same else next(iter(kind.languages))


def _recipient_language(job: Job, matter: Matter) -> str:
    target = job.perform.target
    if target in matter.parties:
        return matter.parties[target].language
    if target in job.workspace.people:
        return job.workspace.people[target].language
    return "en-US"


def _form(kind: NoticeKind, language: str, context: Mapping[str, Any]) -> str:
    """Choose the form that fits who signs: a law firm's letter only when a law firm signs it."""
    forms = list(kind.languages[language])
    by_firm = [form for form in forms if form == "lawyers-letter"]
    if context["signatory"]["kind"] == "law-firm" and by_firm:
        return by_firm[0]
    return next(form for form in forms if form not in by_firm)


def _context(
    job: Job, matter: Matter, playbook: Playbook, step: Step, reference: Reference
) -> dict[str, Any]:
    """Gather what a notice may say; the notice takes only what its kind declares."""
    organisation = job.workspace.config.organisation.model_dump(mode="json")
    zone = ZoneInfo(organisation["zone"])
    today = job.workspace.now().astimezone(zone).date()
    report = job.file.values.get(matter.report["report"], {})
    person = job.workspace.people.by_id.get(job.perform.target)
    context: dict[str, Any] = {
        "matter": {
            "id": matter.id, "title": report.get("title", ""), "summary": report.get("summary", ""),
            "vector": matter.report["vector"],
            "opened_on": _day(matter.opened_at, zone), "places": list(matter.report["places"]),
        },
        "organisation": organisation,
        "recipient": _recipient(job, matter, step),
        "signatory": _signatory(job, matter, organisation),
        "agreements": [row for row in reference.agreements.values() if row["counterparty"] in matter.parties],
        "trade_secrets": [reference.trade_secrets[key] for key in matter.report["trade_secrets"]],
        "facts": [
            {
                "id": f.id, "kind": f.kind, "title": _title(reference.law.triggers[f.kind].title),
                "when": f.when.isoformat(), "about": f.about,
            }
            for f in matter.facts.values()
        ],
        "answers": _answers(job, matter, playbook),
        "exhibits": _exhibits(matter, reference),
        "deadlines": _deadlines(matter, reference),
        "steps": _steps(job, matter, playbook, reference),
        "custodian": person.model_dump(include={"id", "name", "name_local", "title"}) if person else {},
        "today": today.isoformat(),
        "example": matter.example,
    }  # fmt: skip
    if job.library.notices[step.notice or ""].uses.journal:
        context["journal"] = _journal(job, zone)
    if step.kind == "hold":
        hold = matter.hold_book.of_step(step.id, job.perform.target, job.perform.round)
        context["hold"] = told_terms(job.file, matter, hold)
    if step.reply_within:
        context["demands"] = {
            "reply_by": (today + timedelta(seconds=seconds(step.reply_within))).isoformat()
        }
    return context


# What an event is about, in the order it is told; the rest of it is read in the journal itself.
_ABOUT = (
    "step", "target", "act", "fact_kind", "about", "document", "request", "subject", "exhibit",
    "deadline", "rule", "gate", "hold", "custodian", "person", "party", "decision", "outcome",
    "cause", "method", "audience", "what", "when",
)  # fmt: skip


def _journal(job: Job, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Give every line of the journal: number, time where we are, kind, who, about what, digest."""
    events = job.workspace.matter(job.file.refresh().id).journal.read()
    return [
        {
            "seq": e.seq, "at": e.when.astimezone(zone).isoformat(timespec="seconds"), "kind": e.kind,
            "by": e.actor.person, "hash": e.hash,
            "about": "; ".join(
                f"{key.replace('_', ' ')} {e.data[key]}"
                for key in _ABOUT
                if isinstance(e.data.get(key), str) and e.data[key] != "-"
            ),
        }
        for e in events
    ]  # fmt: skip


def _day(when: datetime | None, zone: ZoneInfo) -> str:
    return when.astimezone(zone).date().isoformat() if when else ""


def _exhibits(matter: Matter, reference: Reference) -> list[dict[str, Any]]:
    return [
        {
            "id": e.id, "title": reference.sources.get(e.target, {}).get("title", e.target),
            "sealed_at": e.sealed_at.isoformat(), "files": e.files, "bytes": e.bytes,
            "tagmanifest_sha256": e.tagmanifest_sha256,
        }
        for e in matter.exhibits.values()
    ]  # fmt: skip


def _title(title: Any) -> Any:
    return title if isinstance(title, str) else dict(title)


def _recipient(job: Job, matter: Matter, step: Step) -> dict[str, Any]:
    """Give the party as recorded; an e-mail address only where e-mail is how the letter goes."""
    party = matter.parties.get(job.perform.target)
    row = dict(job.file.values.get(party.details, {})) if party else {}
    if step.serve is not None and step.serve.method != "e-mail":
        row["email"] = None
    return row


# Where a letter may come from the law firm; the forms of other places come from the company.
_FIRMS_SIGN = frozenset({"CN", "DE", "FR", "GB"})


def _signatory(job: Job, matter: Matter, organisation: Mapping[str, Any]) -> dict[str, Any]:
    chosen = {
        answer
        for instance in matter.steps.values()
        for q, answer in instance.answers.items()
        if q == "signatory"
    }
    party = matter.parties.get(job.perform.target)
    firm = job.workspace.config.law_firms.get(party.place) if party is not None else None
    if "law-firm" in chosen and party is not None and party.place in _FIRMS_SIGN:
        if firm is not None:
            return {"kind": "law-firm", **firm.model_dump(mode="json")}
        if party.place == "CN":
            key, fix = f"law_firms.{party.place}", "add it, then draft again"
            allowed = "the firm that signs there"
            raise ContentError([Problem("breachbook.toml", None, key, "nothing", allowed, fix)])
    name, _, title = str(organisation["representative"] or "").partition(", ")
    return {
        "kind": "company", "name": name, "title": title, "firm": None, "practice_number": None,
        "email": organisation["email"], "phone": organisation["phone"],
    }  # fmt: skip


def _answers(job: Job, matter: Matter, playbook: Playbook) -> dict[str, dict[str, Any]]:
    found = {}
    for other in sorted(playbook.upstream(job.perform.step)):
        result = matter.instance(other, "-").result
        if result is not None:
            found[other] = dict(job.file.values.get(result, {}))
    return found


def _deadlines(matter: Matter, reference: Reference) -> list[dict[str, Any]]:
    rows = []
    for record in sorted(matter.deadlines.values(), key=lambda r: r.safe):
        if record.state == "open" and record.rule in reference.law.rules:
            rule = reference.law.rules[record.rule][-1]
            rows.append(
                {
                    "title": _title(rule.title), "safe": record.safe, "legal": record.legal, "raw": record.raw,
                    "rule": record.rule, "status": record.status,
                    "authority": {"title": rule.authority.title, "locator": rule.authority.locator},
                }
            )  # fmt: skip
    return rows


def _steps(
    job: Job, matter: Matter, playbook: Playbook, reference: Reference
) -> list[dict[str, Any]]:
    agenda = engine.due(matter, playbook, reference, job.workspace.now())
    waiting = {(w.step, w.target): w for w in agenda.waits}
    rows = []
    for step in playbook.steps:
        for target in engine.targets(step, matter, reference):
            instance = matter.instance(step.id, target)
            wait = waiting.get((step.id, target))
            state = "done" if engine.is_done(step, instance) else "waiting" if wait else "running"
            name = f"{step.id}/{target}".removesuffix("/-")
            waits_for = f"{wait.why}: {wait.detail}" if wait else ""
            rows.append(
                {
                    "id": name,
                    "kind": step.kind,
                    "title": step.title,
                    "state": state,
                    "waits_for": waits_for,
                }
            )
    return rows
