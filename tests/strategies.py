"""What hypothesis draws: canonical JSON values, and legal histories of one matter."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from breachbook.events import Actor, Draft
from tests.builders import SOME_COMMITMENT, act, decided, opened

LARGEST = 2**53 - 1

keys = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
leaves = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | texts
json_values: SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)

PEOPLE = ("helen-marsh", "david-okafor", "lin-yue", "peter-lindgren")
_STEPS = ("triage", "suspend", "letter")


def _simple(kind: str, data: dict[str, Any]) -> SearchStrategy[Draft]:
    return st.sampled_from(PEOPLE).map(lambda person: Draft(kind, data, Actor(person, "example")))


@st.composite
def _act_events(draw: DrawFn) -> Draft:
    base = act(draw(st.sampled_from(_STEPS)), draw(st.sampled_from(["draft", "serve", "answer"])))
    kind = draw(st.sampled_from(["started", "finished", "failed", "uncertain", "halted"]))
    return Draft(f"step.{kind}", base if kind == "started" else base | {"outcome": "word"})


def _facts(number: int) -> SearchStrategy[Draft]:
    data = {
        "fact": f"F{number}",
        "fact_kind": "infringer-known",
        "when": "2026-11-16",
        "about": f"party-{number}",
    }
    return _simple("fact.recorded", data)


def _request(number: int) -> Draft:
    data: dict[str, Any] = {
        "request": f"LEAK-2026-0001-A{number}",
        "subject": f"{number:064x}",
        "step": "letter",
        "target": "-",
        "round": 1,
        "document": "D1",
        "inputs": {},
        "inputs_sha256": "a" * 64,
        "approvers": list(PEOPLE[:3]),
        "quorum": 2,
        "expires_at": "2026-11-17T18:00:00Z",
        "not_after": "2026-11-21T18:00:00Z",
        "on_expiry": "refuse",
    }
    return Draft("approval.requested", data)


@st.composite
def histories(draw: DrawFn) -> list[Draft]:
    """Draw a history that a matter can have: opened first, ids counted up, nothing ended twice."""
    drafts = [opened()]
    facts: list[int] = []
    requests = 0
    for _ in range(draw(st.integers(0, 25))):
        choice = draw(st.sampled_from(["act", "fact", "retract", "people", "request", "decide"]))
        if choice == "act":
            drafts.append(draw(_act_events()))
        elif choice == "fact":
            facts.append(len([d for d in drafts if d.kind == "fact.recorded"]) + 1)
            drafts.append(draw(_facts(facts[-1])))
        elif choice == "retract" and facts:
            gone = facts.pop(draw(st.integers(0, len(facts) - 1)))
            data = {"fact": f"F{gone}", "reason": SOME_COMMITMENT}
            drafts.append(Draft("fact.retracted", data))
        elif choice == "people":
            person = draw(st.sampled_from(PEOPLE))
            kind = draw(st.sampled_from(["added", "removed", "conflicted"]))
            more = {"roles": ["ip-counsel"]} if kind == "added" else {}
            drafts.append(Draft(f"people.{kind}", {"person": person, **more}))
        elif choice == "request":
            requests += 1
            drafts.append(_request(requests))
        elif choice == "decide" and requests:
            number = draw(st.integers(1, requests))
            answer = draw(st.sampled_from(["approve", "reject", "request-changes"]))
            person = draw(st.sampled_from(PEOPLE))
            drafts.append(decided(f"LEAK-2026-0001-A{number}", person, answer, f"{number:064x}"))
    return drafts
