"""A matter is the fold of its journal: the same events give the same state."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachbook.events import KINDS, Actor, Draft
from breachbook.matter import _FOLD, Matter, fold, read_when
from tests.builders import SOME_COMMITMENT, act, chain, decided, opened
from tests.strategies import histories


def state(value: Any) -> Any:
    """Write a matter's state as plain data that can be compared."""
    if isinstance(value, Matter):
        return state(vars(value))
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: state(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, dict):
        return [(key, state(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [state(item) for item in value]
    return value


@given(histories(), st.data())
def test_replay_in_two_parts_equals_replay_in_one(
    history: list[Draft], data: st.DataObject
) -> None:
    """Whoever saw a prefix and then the rest stands where the one stands who read everything."""
    events = chain(history)
    cut = data.draw(st.integers(0, len(events)))
    matter = fold(events[:cut])
    for event in events[cut:]:
        matter.apply(event)

    assert state(matter) == state(fold(events))


@given(histories())
def test_fold_does_not_touch_its_events(history: list[Draft]) -> None:
    """Folding twice gives the same state twice: an event is only read."""
    events = chain(history)
    before = [dict(event.data) for event in events]
    first = state(fold(events))

    assert state(fold(events)) == first
    assert [dict(event.data) for event in events] == before


@given(histories())
def test_decided_request_is_never_open_again(history: list[Draft]) -> None:
    """A request that was refused, approved or expired is open at no later event."""
    matter = Matter()
    ended: set[str] = set()
    for event in chain(history):
        matter.apply(event)
        states = {request: approval.state for request, approval in matter.approvals.items()}
        assert not {request for request in ended if states[request] == "open"}
        ended = {request for request, state_ in states.items() if state_ != "open"}


@given(histories())
def test_who_was_named_conflicted_stays_so(history: list[Draft]) -> None:
    """Nothing that happens later takes a conflict away."""
    matter = Matter()
    for event in chain(history):
        before = set(matter.conflicted)
        matter.apply(event)
        assert before <= matter.conflicted


def test_every_kind_of_event_is_folded() -> None:
    """There is no kind that the fold does not know, and none that a journal cannot hold."""
    assert _FOLD.keys() == KINDS.keys()


def test_opening_names_suspects_as_conflicted() -> None:
    """A suspect named in the report is conflicted from the first event on."""
    matter = fold(chain([opened(suspects=["zhou-min"])]))

    assert matter.conflicted == {"zhou-min"}
    assert (matter.id, matter.open, matter.example) == ("LEAK-2026-0001", True, True)


def test_closing_and_reopening() -> None:
    """A closed matter is not open until it is opened again."""
    closing = Draft("matter.closed", {"reason": SOME_COMMITMENT})
    again = Draft("matter.reopened", {"reason": SOME_COMMITMENT})

    assert not fold(chain([opened(), closing])).open
    assert fold(chain([opened(), closing, again])).open


def fact(number: int, when: str = "2026-11-16", **more: Any) -> Draft:
    """Draft a fact, or the correction of one."""
    data = {"fact": f"F{number}", "fact_kind": "infringer-known", "when": when, "about": "moqiao"}
    kind = "fact.corrected" if "corrects" in more else "fact.recorded"
    return Draft(kind, data | more, Actor("joan-petrov", "example"))


def test_corrected_fact_replaces_the_first_under_a_new_id() -> None:
    """After a correction the new fact counts, the old id is remembered and never used again."""
    matter = fold(
        chain([opened(), fact(1), fact(2, "2026-11-14", corrects="F1", reason=SOME_COMMITMENT)])
    )

    assert [f.when for f in matter.facts.values()] == [date(2026, 11, 14)]
    assert matter.ended_facts == {"F1": "F2"}
    assert matter.number("F") == "F3"
    assert matter.facts["F2"].recorded_by == "joan-petrov"


def test_retracted_fact_is_gone_and_its_id_is_not_reused() -> None:
    """A fact taken back counts no more; the next one gets a new id."""
    gone = Draft("fact.retracted", {"fact": "F1", "reason": SOME_COMMITMENT})
    matter = fold(chain([opened(), fact(1), gone]))

    assert matter.facts == {}
    assert matter.number("F") == "F2"


def test_person_removed_can_be_added_again() -> None:
    """Roles on a matter come with being added and go with being removed."""
    add = Draft("people.added", {"person": "lin-yue", "roles": ["outside-counsel"]})
    remove = Draft("people.removed", {"person": "lin-yue"})
    there, gone = fold(chain([opened(), add])), fold(chain([opened(), add, remove]))

    assert there.roles == {"lin-yue": ("outside-counsel",)}
    assert (gone.roles, gone.removed) == ({}, {"lin-yue"})
    assert fold(chain([opened(), add, remove, add])).removed == set()


def test_restart_begins_a_new_round_with_nothing_done() -> None:
    """After a restart the step is in the next round, without the acts and answers of the last."""
    base = act("triage", "answer")
    finished = base | {"outcome": "answered", "answers": {"severity": "high"}}
    restart = {"step": "triage", "target": "-", "round": 2, "reason": SOME_COMMITMENT}
    history = [opened(), Draft("step.started", base), Draft("step.finished", finished)]
    before = fold(chain(history)).instance("triage", "-")
    after = fold(chain([*history, Draft("step.restarted", restart)])).instance("triage", "-")

    assert (before.round, before.answers) == (1, {"severity": "high"})
    assert (after.round, after.answers, after.acts) == (2, {}, {})


@pytest.mark.parametrize(
    ("effect", "expected"),
    [("took", "finished"), ("not-taken", "failed"), ("unknown", "uncertain")],
)
def test_verified_effect_settles_an_uncertain_act(effect: str, expected: str) -> None:
    """Only what a connector or a person saw settles an act; not knowing leaves it uncertain."""
    base = act("suspend", "execute", "portal-07")
    unsure = Draft("step.uncertain", base | {"outcome": "unknown"})
    seen = Draft("step.verified", base | {"effect": effect})
    matter = fold(chain([opened(), Draft("step.started", base), unsure, seen]))

    assert matter.instance("suspend", "portal-07").acts["execute"].state == expected


def test_outcome_of_an_earlier_round_changes_nothing_of_the_new_one() -> None:
    """What ends after its step was restarted is recorded, and the new round stands untouched."""
    old = act("brief", "serve")
    restart = {"step": "brief", "target": "-", "round": 2, "reason": SOME_COMMITMENT}
    history = [opened(), Draft("step.started", old), Draft("step.restarted", restart)]
    late = [
        Draft("step.finished", old | {"outcome": "delivered"}),
        Draft("step.verified", old | {"effect": "took"}),
    ]
    instance = fold(chain([*history, *late])).instance("brief", "-")

    assert (instance.round, instance.acts, instance.finished_at) == (2, {}, None)


def test_hold_found_delivered_after_a_crash_is_issued() -> None:
    """A hold whose delivery was found later counts as issued, as one recorded at once does."""
    base = act("hold", "issue", "alan-brooks")
    found = Draft("step.verified", base | {"effect": "took"})
    matter = fold(chain([opened(), Draft("step.started", base), found]))

    (hold,) = matter.holds.values()
    assert (hold.id, hold.custodian, hold.state) == ("hold-1", "alan-brooks", "delivered")


def request(quorum: int) -> Draft:
    """Draft a request to three people."""
    return Draft(
        "approval.requested",
        {
            "request": "LEAK-2026-0001-A1", "subject": "5" * 64, "step": "letter",
            "target": "moqiao", "round": 1, "document": "D1", "inputs": {"organisation": "1" * 64},
            "inputs_sha256": "2" * 64, "approvers": ["a", "b", "c"], "quorum": quorum,
            "expires_at": "2026-11-17T18:00:00Z", "not_after": "2026-11-21T18:00:00Z",
            "on_expiry": "refuse",
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("quorum", "answers", "expected"),
    [
        (1, ["approve"], "approved"),
        (2, ["approve"], "open"),
        (2, ["approve", "approve"], "approved"),
        (2, ["approve", "reject"], "refused"),
        (2, ["request-changes"], "changes-requested"),
        (3, ["approve", "approve"], "open"),
    ],
)
def test_quorum_approves_and_one_no_refuses(
    quorum: int, answers: list[str], expected: str
) -> None:
    """As many yeses as the quorum approve; a single no ends the request."""
    given = [
        decided("LEAK-2026-0001-A1", person, answer, "5" * 64)
        for person, answer in zip("abc", answers, strict=False)
    ]
    matter = fold(chain([opened(), request(quorum), *given]))

    assert matter.approvals["LEAK-2026-0001-A1"].state == expected


def test_message_is_sent_once_it_has_its_place() -> None:
    """A queued message keeps its key and is sent when Slack's channel and time are known."""
    queued = Draft("message.queued", {"message": "opened", "what": "opened", "about": "x"})
    sent = Draft(
        "message.sent", {"message": "opened", "what": "opened", "channel": "C1", "ts": "1.2"}
    )
    matter = fold(chain([opened(), queued, sent, queued]))

    assert matter.messages["opened"].ts == "1.2"


def test_deadline_superseded_then_computed_again_is_open() -> None:
    """A deadline recorded anew is open with its new dates."""
    data = {
        "deadline": "r@F1", "rule": "r", "rule_sha256": "1" * 64, "fact": "F1",
        "raw": "2026-12-01",
        "legal": "2026-12-01", "safe": "2026-11-30", "provisional": False, "status": "verified",
        "result": "2" * 64,
    }  # fmt: skip
    gone = Draft("deadline.superseded", {"deadline": "r@F1", "cause": "recomputed"})
    anew = Draft("deadline.computed", data | {"safe": "2026-12-02"})
    history = [opened(), Draft("deadline.computed", data), gone]

    assert fold(chain(history)).deadlines["r@F1"].state == "superseded"
    record = fold(chain([*history, anew])).deadlines["r@F1"]
    assert (record.state, record.safe) == ("open", "2026-12-02")


def test_read_when_is_a_day_or_an_instant_with_its_zone() -> None:
    """A fact's time is a date, or an instant that keeps the offset it was told with."""
    assert read_when("2026-11-16") == date(2026, 11, 16)
    instant = read_when("2026-11-16T09:20:00-06:00")
    assert isinstance(instant, datetime)
    assert instant.isoformat() == "2026-11-16T09:20:00-06:00"
    for text in ("2026-11-16T09:20:00", "2026-11-31", "soon", ""):
        with pytest.raises(ValueError, match=r"."):
            read_when(text)
