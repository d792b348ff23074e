"""A matter played in memory: what the engine names is done by drafts, without disk."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from breachbook import approvals, engine, source
from breachbook.agenda import (
    PILLARS,
    Agenda,
    Claimed,
    Due,
    Expire,
    NoticeFacts,
    Perform,
    Reference,
    Request,
    Tell,
    Void,
    Wait,
)
from breachbook.basis import authors, inputs
from breachbook.canonical import digest
from breachbook.deadlines import Law
from breachbook.doers import doers
from breachbook.events import Actor, Draft, stamp
from breachbook.matter import Matter
from breachbook.people import People, Person, seconds
from breachbook.playbook import Playbook
from tests.builders import NOON, SOME_COMMITMENT, event, opened

WHOLE = Path(__file__).parent / "corpus" / "playbooks" / "valid" / "whole.yaml"
ROLES: Mapping[str, list[Any]] = {
    "helen-marsh": ["ip-counsel"],
    "david-okafor": ["general-counsel"],
    "lin-yue": ["outside-counsel", "ip-counsel"],
    "samuel-rivera": ["security-responder"],
    "joan-petrov": ["docketing-clerk"],
    "peter-lindgren": ["reporter", "ip-counsel"],
    "alan-brooks": ["custodian"],
}


def people() -> People:
    """Make the people of the played matter."""
    rows = [Person(id=key, name=key, roles=roles, zone="UTC") for key, roles in ROLES.items()]
    return People({row.id: row for row in rows})


def reference() -> Reference:
    """Make what the played matter rests on, without any law."""
    notice = {
        "cease-and-desist": NoticeFacts("outward", "1" * 64, facts=frozenset({"infringer-known"})),
        "legal-hold": NoticeFacts("internal", "2" * 64),
        "executive-brief": NoticeFacts("internal", "3" * 64),
    }
    return Reference(
        people=people(),
        law=Law(),
        agreements={"licence": {"id": "licence", "counterparty": "moqiao", "clause": "9.1"}},
        trade_secrets={"wheel-process": {"id": "wheel-process"}},
        accounts={"portal-07": {"id": "portal-07", "recipe": "suspend", "source": "share"}},
        sources={"share": {"id": "share"}},
        recipes={"suspend": {"sha256": "4" * 64, "target_notices": True, "alters_evidence": True}},
        notices=notice,
        organisation="5" * 64,
    )


class World:
    """One matter, its playbook, what it rests on, and the time; every change is an event."""

    def __init__(self, playbook: Playbook | None = None, **report: Any) -> None:
        self.playbook = playbook or source.validate(source.read(WHOLE), Playbook)
        self.reference = reference()
        self.now = NOON
        self.matter = Matter()
        self.performed: list[str] = []
        self.subjects: list[str] = []
        self.append(opened(**report))
        for person, roles in ROLES.items():
            self.append(Draft("people.added", {"person": person, "roles": roles}))
        self.party("moqiao")

    def copy(self) -> "World":
        """Give a world of its own that stands where this one does."""
        return deepcopy(self)

    def append(self, draft: Draft) -> None:
        """Append one event at the present time."""
        self.matter.apply(event(draft, self.matter.seq + 1, self.now, self.matter.head))

    def party(self, party: str, details: str = "a" * 64, by: str = "joan-petrov") -> None:
        """Record a holder, or a correction of one."""
        data = {"party": party, "role": "holder", "place": "CN", "language": "zh-CN"}
        self.append(
            Draft("party.recorded", data | {"details": {"c": details}}, Actor(by, "example"))
        )

    def fact(self, number: int, when: str, corrects: str | None = None) -> None:
        """Record that an infringer became known, or correct when."""
        data = {
            "fact": f"F{number}",
            "fact_kind": "infringer-known",
            "when": when,
            "about": "moqiao",
        }
        more = {"corrects": corrects, "reason": SOME_COMMITMENT} if corrects else {}
        kind = "fact.corrected" if corrects else "fact.recorded"
        self.append(Draft(kind, data | more, Actor("joan-petrov", "example")))

    def change(self, **rows: Any) -> None:
        """Replace something that the matter rests on."""
        self.reference = replace(self.reference, **rows)

    def pass_time(self, **parts: float) -> None:
        """Let time pass: hours=, days= and so on."""
        self.now += timedelta(**parts)

    def agenda(self, kinds: frozenset[str] = PILLARS["respond"]) -> Agenda:
        """Ask the engine."""
        return engine.due(self.matter, self.playbook, self.reference, self.now, kinds)

    def due(self, step: str | None = None) -> list[Due]:
        """List what is due, messages aside; of one step, or of all."""
        items = [item for item in self.agenda().due if not isinstance(item, Tell)]
        return [item for item in items if step is None or _step(self.matter, item) == step]

    def wait(self, step: str, target: str = "-") -> Wait:
        """Give what one instance waits for."""
        return next(w for w in self.agenda().waits if (w.step, w.target) == (step, target))

    def run(self) -> None:
        """Do what is due until only people and time are waited for."""
        while items := self.due():
            for item in items:
                if item in self.due():
                    self.play(item)

    def play(self, item: Due) -> None:
        """Do one thing as the executor would."""
        if isinstance(item, Perform):
            self._perform(item)
        elif isinstance(item, Claimed):
            self.append(Draft("step.finished", _base(item.perform) | {"outcome": "done"}))
        elif isinstance(item, Request):
            self._request(item)
        elif isinstance(item, Void):
            self._void(item)
        elif isinstance(item, Expire):
            request = self.matter.approvals[item.request]
            data = {
                "request": request.id,
                "subject": request.subject,
                "outcome": request.on_expiry,
            }
            self.append(Draft("approval.expired", data))

    def start(self, perform: Perform) -> None:
        """Claim an act."""
        more: dict[str, Any] = {"subject": perform.subject, "repeatable": perform.repeatable}
        self.append(Draft("step.started", _base(perform) | more))
        if perform.act not in ("draft", "plan"):
            self.performed.append(perform.key)

    def _perform(self, perform: Perform) -> None:
        self.start(perform)
        step = self.playbook.step(perform.step)
        if doers(step, perform.target, perform.act, self.reference):
            return
        if perform.act in ("draft", "plan"):
            self._draft(perform)
        self.append(Draft("step.finished", _base(perform) | {"outcome": "done"}))

    def _draft(self, perform: Perform) -> None:
        step = self.playbook.step(perform.step)
        args = (self.matter, self.playbook, self.reference, step, perform.target)
        basis = inputs(*args)
        name = self.matter.number("D")
        before = self.matter.documents.get(
            self.matter.instance(perform.step, perform.target).document or ""
        )
        data = {
            "document": name, "step": perform.step, "target": perform.target,
            "round": perform.round, "version": before.version + 1 if before else 1,
            "files": {"letter.pdf": digest(sorted(basis.items()))}, "inputs": basis,
            "inputs_sha256": approvals.inputs_sha256(basis),
            "authors": list(authors(*args)),
        }  # fmt: skip
        self.append(Draft("document.drafted", data))

    def _request(self, item: Request) -> None:
        policy = self.playbook.step(item.step).approve
        assert policy is not None
        document = self.matter.documents[item.document]
        people, by = self.reference.people, document.authors
        found = approvals.asked(
            policy, self.matter, people, by, escalated=item.escalated_from is not None
        )
        until = stamp(self.now + timedelta(seconds=seconds(policy.valid_for)))
        subject = digest(
            approvals.subject(
                matter=self.matter.id, document=document, action="act", recipients=[],
                method="courier", not_after=until,
            )
        )  # fmt: skip
        self.subjects.append(subject)
        expires = stamp(self.now + timedelta(seconds=seconds(policy.expires)))
        data: dict[str, Any] = {
            "request": f"{self.matter.id}-{self.matter.number('A')}", "subject": subject,
            "step": item.step, "target": item.target, "round": item.round, "document": document.id,
            "inputs": dict(document.inputs), "inputs_sha256": document.inputs_sha256,
            "authors": list(document.authors), "expires_at": expires, "not_after": until,
            **approvals.policy_data(policy, self.matter, people, by, found),
        }  # fmt: skip
        more = {"escalated_from": item.escalated_from} if item.escalated_from else {}
        self.append(Draft("approval.requested", data | more))

    def _void(self, item: Void) -> None:
        request = self.matter.approvals[item.request]
        data = {"request": request.id, "subject": request.subject, "cause": item.cause}
        self.append(Draft("approval.voided", data | {"changed": list(item.changed)}))
        instance = self.matter.instance(request.step, request.target)
        for act in list(instance.acts.values()):
            if act.state == "started" and act.subject == request.subject:
                base = {"step": request.step, "target": request.target, "round": request.round}
                halted = base | {"act": act.name, "key": act.key, "outcome": "voided"}
                self.append(Draft("step.halted", halted))

    def answer(self, person: str = "helen-marsh", step: str = "triage", **answers: str) -> None:
        """Answer an ``ask`` step that waits; by default, that ex parte relief was considered."""
        given = answers or {"ex_parte_considered": "yes"}
        act = self.matter.instance(step, "-").acts["answer"]
        base = {
            "step": step,
            "target": "-",
            "act": "answer",
            "key": act.key,
            "outcome": "answered",
        }
        data = base | {"round": self.matter.instance(step, "-").round, "answers": given}
        result = {"c": digest([given, self.matter.seq])}
        self.append(Draft("step.finished", data | {"result": result}, Actor(person, "example")))

    def end(self, step: str, name: str, state: str, target: str = "-") -> None:
        """End an act that is under way: finished, failed or uncertain."""
        instance = self.matter.instance(step, target)
        base = {"step": step, "target": target, "round": instance.round, "act": name}
        key = instance.acts[name].key
        self.append(Draft(f"step.{state}", base | {"key": key, "outcome": state}))

    def restart(self, step: str, target: str = "-") -> None:
        """Begin a step's next round."""
        round_ = self.matter.instance(step, target).round + 1
        data = {"step": step, "target": target, "round": round_, "reason": SOME_COMMITMENT}
        self.append(Draft("step.restarted", data))

    def request(self, step: str) -> str:
        """Give the newest request of a step."""
        return [a.id for a in self.matter.approvals.values() if a.step == step][-1]

    def decide(self, step: str, *names: str, answer: approvals.Answer = "approve") -> list[str]:
        """Let people decide on a step's newest request; give what became of each."""
        request = self.request(step)
        told = []
        for person in names:
            verdict = approvals.judge(self.matter, request, person, answer, None, self.now)
            told.append(verdict.cause or verdict.outcome)
            if verdict.outcome == "recorded":
                data = {"request": request, "subject": self.matter.approvals[request].subject}
                decision = data | {"decision": answer}
                self.append(Draft("approval.decided", decision, Actor(person, "slack")))
        return told


def _base(perform: Perform) -> dict[str, Any]:
    return {
        "step": perform.step, "target": perform.target, "round": perform.round,
        "act": perform.act, "key": perform.key,
    }  # fmt: skip


def _step(matter: Matter, item: Due) -> str:
    if isinstance(item, Claimed):
        return item.perform.step
    if isinstance(item, Void | Expire):
        return matter.approvals[item.request].step
    return str(getattr(item, "step", ""))


def acts(items: Iterable[Due]) -> list[str]:
    """Name acts that may be performed: ``step/target act``."""
    return [f"{i.step}/{i.target} {i.act}" for i in items if isinstance(i, Perform)]


def approved() -> World:
    """Play until the letter and the suspension are approved and about to be done."""
    world = World()
    world.run()
    world.answer()
    world.run()
    world.decide("suspend", "lin-yue")
    world.decide("letter", "david-okafor", "lin-yue")
    return world


def book(steps: str) -> Playbook:
    """Read a playbook of some steps, indented by two, after the triage of the corpus."""
    text = WHOLE.with_name("one-question.yaml").read_text() + steps
    return source.validate(source.parse(text.encode(), "own.yaml"), Playbook)


CONTAIN = """\
  - id: preserve
    kind: preserve
    title: Preserve
    after: [triage]
    each: source
  - id: suspend
    kind: contain
    title: Suspend
    after: [triage]
    each: account
    target_notices: false
    alters_evidence: false
    approve: {from: [ip-counsel], expires: 8 hours}
"""
