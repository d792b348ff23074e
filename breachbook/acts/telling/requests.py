"""What is told of approval requests: their cards, reminders, what was forced, what goes back to its author."""

import json
from typing import Any

from breachbook import quorum
from breachbook.acts.asking import sentence
from breachbook.acts.telling.scene import Said, Scene
from breachbook.agenda import Tell
from breachbook.doers import recipe_of
from breachbook.entries import Commitment, Stage
from breachbook.errors import EngineError, StoreError
from breachbook.matter import Approval, Document
from breachbook.playbook import Step
from breachbook.redline import redline_of
from breachbook.reminders import replaced_by
from breachbook.slack import cards
from breachbook.slack.client import Posted, Upload

_SILENCE = {
    "refuse": "it counts as refused, and nothing is done",
    "escalate": "others are asked",
    "hold": "nothing is done, and it waits for a person",
}
_OPEN_CARD = "Open the card"


def card(scene: Scene, item: Tell) -> Said:
    """Show a request, its documents and what changed since the last version in the thread."""
    approval = scene.matter.approvals[item.about]
    shown = card_of(scene, approval)
    return Said(cards.card_blocks(shown), cards.card_text(shown), tuple(_files(scene, approval)))


def update(scene: Scene, item: Tell, channel: str) -> Posted:
    """Show what became of a request on the card that asked.

    Raises:
        EngineError: The card is not posted yet.
    """
    approval = scene.matter.approvals[item.about]
    sent = scene.matter.messages.get(f"card/{approval.id}")
    if sent is None or sent.channel is None or sent.ts is None:
        raise EngineError(f"slack: the card of {approval.id} is not posted yet")
    posted = Posted(sent.channel, sent.ts)
    shown = card_of(scene, approval)
    return scene.rewrite(posted, cards.card_blocks(shown), cards.card_text(shown))


def reminder(scene: Scene, item: Tell) -> Said:
    """Remind one person of a decision that waits for them."""
    request, _, person = item.about.partition("|")
    approval = scene.matter.approvals[request]
    title = scene.playbook.step(approval.step).title
    acting = approval.delegate_of(person, scene.workspace.now())
    whose = f" It was handed to you by {scene.named(acting).name}." if acting else ""
    return scene.note(
        f"{title} ({approval.id}) waits for your decision. Still needed:"
        f" {still_needed(scene, approval)}.{whose}",
        to=scene.reachable(person), title="Your decision is waited for",
        people=(scene.named(person),), moments=(("Expires", approval.expires_at),),
        address=scene.link(f"card/{request}"), label=_OPEN_CARD,
        zone=_zone(scene, person),
    )  # fmt: skip


def forced(scene: Scene, item: Tell) -> Said:
    """Tell everybody on the matter that somebody approved alone, and why."""
    approval = scene.matter.approvals[item.about]
    who = scene.named(approval.forced_by or "").name
    why = scene.words(_reason_of_force(scene, approval.id)) or "(no longer kept)"
    return scene.note(
        f"{who} approved {scene.playbook.step(approval.step).title} ({approval.id}) alone, without the"
        f" people it asks for. Reason: {why}",
        title="The glass was broken", people=scene.everybody(p for p in scene.matter.roles),
        address=scene.link(f"card/{approval.id}"), label=_OPEN_CARD,
    )  # fmt: skip


def returned(scene: Scene, item: Tell) -> Said:
    """Give a draft back to its authors with what has to change, and say how to go on."""
    approval = scene.matter.approvals[item.about]
    step = scene.playbook.step(approval.step)
    asked = [d for d in approval.decisions if d.decision == "request-changes"]
    authors = [person for person in approval.authors if scene.matter.sees(person)]
    comments = [
        f"{scene.named(d.person).name}: {scene.words(d.comment) or '(no comment)'}" for d in asked
    ]
    return scene.note(
        f"{step.title}, {approval.document} ({approval.id}), goes back to"
        f" {scene.names(authors)}.\n{chr(10).join(comments)}\n\n{_how_to_go_on(scene, approval, step)}",
        title="Changes were requested", people=scene.everybody(authors),
        address=scene.link(f"card/{approval.id}"), label=_OPEN_CARD,
    )  # fmt: skip


def _how_to_go_on(scene: Scene, approval: Approval, step: Step) -> str:
    matter, document = scene.matter.id, approval.document
    ways = ["Correct what it rests on (a fact, an answer, a party): it is drafted anew by itself."]
    files = scene.matter.documents[document].files
    if step.kind != "contain" and any(name.endswith(".docx") for name in files):
        ways.insert(
            0,
            "Edit the DOCX from the thread of the card and upload it there, or type"
            f" breachbook notice replace {matter} {document} PATH --reason TEXT.",
        )
    return "To go on:\n" + "\n".join(f"{n}. {way}" for n, way in enumerate(ways, 1))


def card_of(scene: Scene, approval: Approval) -> cards.Card:
    """Describe a request as its card shows it."""
    step = scene.playbook.step(approval.step)
    document = scene.matter.documents[approval.document]
    manifest = json.loads(scene.file.store.get(approval.subject))
    status, detail = _status(scene, approval)
    return cards.Card(
        request_id=approval.id, subject_sha256=approval.subject, matter=scene.matter.id,
        title=_title(step, manifest), what=_what(scene, step, document, manifest), why=step.why, undo=step.undo,
        noticed=_noticed(scene, approval, step),
        recipients=tuple(_recipient(row) for row in manifest["recipients"]),
        documents=tuple(cards.Document(name, sha) for name, sha in document.files.items()),
        approvers=scene.everybody(approval.approvers), asked=_asked(scene, approval),
        still_needed=still_needed(scene, approval) if approval.state == "open" else "",
        stages=tuple(_stages(scene, approval)), decisions=tuple(_decisions(scene, approval)),
        delegations=tuple(
            cards.Delegated(scene.named(d.by).name, scene.named(d.to).name, d.until)
            for d in approval.delegations
        ),
        unreachable=unreachable(scene, approval), expires_at=approval.expires_at,
        on_expiry=_silence(approval),
        high_risk=approval.high_risk, urgent=approval.urgent, delegable=bool(approval.delegates),
        breakable=scene.everybody(p for p in approval.break_glass if scene.matter.sees(p)),
        zone=scene.workspace.config.organisation.zone, status=status, status_detail=detail,
        example=scene.matter.example,
    )  # fmt: skip


def _title(step: Step, manifest: dict[str, Any]) -> str:
    """Name what is asked for by its one recipient too, so that two cards of a step differ at once."""
    named = [_recipient(row).name for row in manifest["recipients"]]
    return f"{step.title}: {named[0]}" if len(named) == 1 else step.title


def _silence(approval: Approval) -> str:
    """Say what happens if nobody decides; who was escalated to is followed by nobody."""
    ends = approval.on_expiry == "escalate" and approval.escalated_from is not None
    return _SILENCE.get("hold" if ends else approval.on_expiry, approval.on_expiry)


def _where(approval: Approval) -> str:
    return f"{approval.step}/{approval.target}".removesuffix("/-")


def still_needed(scene: Scene, approval: Approval) -> str:
    """Say by name what an open request lacks; empty when nothing."""
    stage = approval.stage
    if stage is None:
        return ""
    place = approval.stages.index(stage) + 1
    of = f", stage {place} of {len(approval.stages)}" if len(approval.stages) > 1 else ""
    return f"{_lacks(scene, stage, approval.approved)}{of}"


def unreachable(scene: Scene, approval: Approval) -> str:
    """Say that those asked can never approve a request, and how to go on; empty when they can."""
    policy, now = scene.playbook.step(approval.step).approve, scene.workspace.now()
    return quorum.unreachable(
        scene.matter, approval, policy, now, lambda person: scene.named(person).name
    )


def lacking(scene: Scene, approval: Approval) -> str:
    """Say what an open request lacks, and whether that can still come."""
    return ". ".join(filter(None, (still_needed(scene, approval), unreachable(scene, approval))))


def _lacks(scene: Scene, stage: Stage, approved: frozenset[str]) -> str:
    left = [p for p in stage.approvers if p not in approved and p not in scene.matter.conflicted]
    return f"{stage.lacks(approved)} of {scene.names(left)}"


def _stages(scene: Scene, approval: Approval) -> list[str]:
    if len(approval.stages) < 2:
        return []
    current = approval.stage
    lines = []
    for number, stage in enumerate(approval.stages, 1):
        state = "passed" if stage.lacks(approval.approved) == 0 else "later"
        state = "now" if stage is current and approval.state == "open" else state
        needs = "" if state == "passed" else f": {_lacks(scene, stage, approval.approved)}"
        lines.append(f"{number}. {state}{needs}")
    return lines


def _asked(scene: Scene, approval: Approval) -> tuple[cards.Approver, ...]:
    waiting = approval.pending(scene.matter.conflicted, scene.workspace.now())
    return scene.everybody(waiting)


def _decisions(scene: Scene, approval: Approval) -> list[cards.Decided]:
    made = [
        cards.Decided(
            scene.named(d.person).name, d.at, d.decision, scene.words(d.comment),
            scene.named(d.acting_for).name if d.acting_for else "",
        )
        for d in approval.decisions
    ]  # fmt: skip
    if approval.forced_by is not None and approval.ended_at is not None:
        why = scene.words(_reason_of_force(scene, approval.id))
        who = f"{scene.named(approval.forced_by).name} broke the glass and alone"
        made.append(cards.Decided(who, approval.ended_at, "approve", why))
    return made


def _status(scene: Scene, approval: Approval) -> tuple[cards.Status, str]:
    """Give the status a card shows, and why."""
    why = {
        "voided": _fallen(scene, approval),
        "expired": f"Nobody decided in time; {_silence(approval)}.",
        "refused": f"To ask anew: breachbook restart {scene.matter.id} {_where(approval)} --reason TEXT.",
    }.get(approval.state, "")
    status: Any = approval.state
    newer = replaced_by(scene.matter, approval)
    if newer is not None:
        why = f"{newer.id} replaces it. {why}".strip()
        status = "superseded" if approval.state == "voided" else status
    elif approval.state == "open" and not scene.matter.open:
        why = "Nobody can decide it now. When the matter is opened again, it is decided on this card."
        status = "closed"
    elif approval.escalated_from and approval.state == "open":
        why = f"{approval.escalated_from} expired, so you are asked instead."
    return status, why


def _fallen(scene: Scene, approval: Approval) -> str:
    """Say why a request is void, from the names of what changed."""
    found: dict[str, list[str]] = {"document": [], "person": [], "edit": [], "rest": []}
    for name in approval.changed:
        kind, _, what = name.partition(":")
        is_known = kind in found
        found[kind if is_known else "rest"].append(what if is_known else name)
    said = {
        "document": f"A person replaced the draft by {', '.join(found['document'])}.",
        "person": f"Who decided is conflicted now: {scene.names(found['person'])}.",
        "rest": f"What it rests on changed: {', '.join(found['rest'])}.",
        "edit": f"The new draft is without what was edited by hand in {', '.join(found['edit'])}:"
        " hand it in again.",
    }
    told = [text for kind, text in said.items() if found[kind]]
    return " ".join(told) or "It was not acted on in time."


def _what(scene: Scene, step: Step, document: Document, manifest: dict[str, Any]) -> str:
    said = sentence(step, document, manifest["recipients"])
    lines = _plan_lines(scene, document)
    return "\n".join([said, *lines])


def _plan_lines(scene: Scene, document: Document) -> list[str]:
    """Read the sentences a connector's plan says what it would change with."""
    if "plan.json" not in document.files:
        return []
    try:
        plan = json.loads(scene.file.store.get(document.files["plan.json"]))
        return [str(line) for line in plan["plan"]["lines"]]
    except (StoreError, ValueError, KeyError, TypeError):
        return []


def _noticed(scene: Scene, approval: Approval, step: Step) -> str:
    if step.kind != "contain":
        return ""
    recipe = recipe_of(step, approval.target, scene.reference)
    if step.target_notices or recipe.get("target_notices", True):
        return "Yes: whoever uses the account will see that it was done."
    return "Not at once: it is done quietly."


def _files(scene: Scene, approval: Approval) -> list[Upload]:
    document = scene.matter.documents[approval.document]
    files = [
        Upload(name, scene.file.store.get(sha))
        for name, sha in document.files.items()
        if name.endswith((".pdf", ".docx"))
    ]
    found = redline_of(scene.file, scene.matter, document.id)
    if found is not None and found[1]:
        before, text = found
        head = f"What changed from {before} to {document.id}\n\n"
        files.append(Upload("redline.txt", (head + text).encode()))
    return files


def _recipient(row: dict[str, Any]) -> cards.Recipient:
    name = str(row.get("name") or row.get("title") or row.get("id"))
    parts = [row.get("address_local") or row.get("address"), row.get("email"), row.get("system")]
    return cards.Recipient(name, "; ".join(str(part) for part in parts if part))


def _reason_of_force(scene: Scene, request: str) -> Commitment | None:
    """Find the reason in the journal, for the matter keeps only who it was."""
    events = scene.workspace.matter(scene.matter.id).journal.read()
    found = [
        e.data["reason"]
        for e in events
        if e.kind == "approval.forced" and e.data["request"] == request
    ]
    return found[-1] if found else None


def _zone(scene: Scene, person: str) -> str:
    people = scene.workspace.people
    return people[person].zone if person in people else "UTC"
