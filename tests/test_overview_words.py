"""The words of the overview and the topic once things are over: what was done is not called pending."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from breachbook import deadline_records, overview
from breachbook.demo.portal import Portal
from breachbook.events import Draft
from breachbook.slack.overview import Overview, overview_blocks
from tests.cases_core import CLERK, LETTER, Case
from tests.telling_world import Telling, telling, texts

DEADLINE = {
    "deadline": "T1", "rule": "us-answer-21", "rule_sha256": "1" * 64, "fact": "F1",
    "raw": "2026-12-16", "legal": "2026-12-16", "safe": "2026-12-16", "provisional": False,
    "status": "verified",
}  # fmt: skip


def _shown(case: Case) -> str:
    rows = overview.overview(case.matter, case.library.reference())
    return texts(overview_blocks(Overview(rows=rows, title="A leak", playbook="Supplier")))


def test_deadline_recorded_as_done_does_not_read_as_never_counted(tmp_path: Path) -> None:
    """Before any is counted none is counted yet; after the only one is done none runs now."""
    case = Case.install(tmp_path / "w")
    case.report()
    before, topic = _shown(case), overview.topic_digest(case.matter)
    result = {"result": case.file.store.put(b"{}")}
    case.file.transact(lambda _: [Draft("deadline.computed", DEADLINE | result)])
    running = _shown(case)
    deadline_records.done(case.file, CLERK, "T1", "2026-11-16", None)

    assert "none counted yet" in before
    assert "2026-12-16 · us-answer-21" in running
    assert "none runs now" in _shown(case)
    assert "none counted yet" not in _shown(case)
    assert overview.topic_digest(case.matter) != topic


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Telling]:
    """A matter after triage, with a portal that suspends accounts."""
    portal = Portal(tmp_path / "portal.json")
    monkeypatch.setenv("BREACHBOOK_DEMO_PORTAL_URL", portal.url)
    monkeypatch.setenv("BREACHBOOK_DEMO_PORTAL_TOKEN", portal.token)
    case = Case.install(tmp_path / "w")
    case.report()
    with telling(case, tmp_path) as made:
        made.advance()
        case.answer()
        made.advance()
        yield made
    portal.stop()


def test_documents_say_what_became_of_what_they_are_for(world: Telling) -> None:
    """Holds are issued, a brief is delivered, an account's plan is done; a letter waits until it is served."""
    approved = world.case.approve("suspend-portal", "beiyuan-engineering-07", ["david-okafor"])
    world.advance()
    rows = overview.overview(world.case.matter, world.case.library.reference())["documents"]
    states = {(row["step"], row["target"]): row["state"] for row in rows}
    playbook = world.case.library.pinned(world.case.file, world.case.matter)
    brief = next(s.id for s in playbook.steps if s.serve and s.serve.method == "slack")

    assert approved == ["recorded"]
    assert states["legal-hold", "alan-brooks"] == "issued"
    assert states[brief, "-"] == "delivered"
    assert states["suspend-portal", "beiyuan-engineering-07"] == "done"
    assert states[LETTER, "moqiao-castings"] == "open"


def test_topic_says_that_no_deadline_runs_any_more(world: Telling) -> None:
    """When the last deadline is over the topic does not say that there was none yet."""
    for record in overview.running(world.case.matter):
        deadline_records.done(world.case.file, CLERK, record.id, "2026-11-16", None)
    world.advance()

    assert world.channel["topic"].endswith("no deadline runs now")
