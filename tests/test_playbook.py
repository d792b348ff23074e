"""Playbooks: what a lawyer may write is accepted; every fault is refused as its file states."""

from pathlib import Path

import pytest

from breachbook import content, source
from breachbook.errors import ContentError
from breachbook.people import ROLES
from breachbook.playbook import Playbook
from breachbook.playbook_lint import Known, load

CORPUS = Path(__file__).parent / "corpus" / "playbooks"
KNOWN = Known(
    notices={
        "cease-and-desist": "outward",
        "legal-hold": "internal",
        "executive-brief": "internal",
    },
    dockets=frozenset({"cn", "us-itc", "us-dtsa"}),
    triggers=frozenset({"infringer-known", "misappropriation-discovered"}),
    recipes=frozenset({"portal-suspend"}),
    roles=frozenset(ROLES) - {"executive"},
)


def files(folder: str) -> list[Path]:
    """List the playbooks of the corpus."""
    return sorted((CORPUS / folder).glob("*.yaml"))


def expected(path: Path) -> list[str]:
    """Read the messages that a file says it is refused with."""
    lines = path.read_text("utf-8").splitlines()
    return [line.removeprefix("# expects: ") for line in lines if line.startswith("# expects: ")]


@pytest.mark.parametrize("path", files("valid"), ids=lambda path: path.stem)
def test_valid_playbook_is_loaded(path: Path) -> None:
    """A playbook without fault is loaded as it stands."""
    playbook = load(source.read(path), KNOWN)

    assert playbook.id == path.stem
    assert playbook.steps


@pytest.mark.parametrize("path", files("invalid"), ids=lambda path: path.stem)
def test_invalid_playbook_is_refused_as_its_file_says(path: Path) -> None:
    """A playbook with a fault is refused, with each message that its first lines state."""
    with pytest.raises(ContentError) as refused:
        load(source.read(path, path.name), KNOWN)

    told = [str(problem) for problem in refused.value.problems]
    assert expected(path)
    for message in expected(path):
        assert any(message in line for line in told), "\n".join(told)
    assert all(problem.line for problem in refused.value.problems)


@pytest.mark.parametrize("path", files("invalid"), ids=lambda path: path.stem)
def test_only_the_stated_faults_are_told(path: Path) -> None:
    """One fault gives one message: nobody has to look for the one that matters."""
    with pytest.raises(ContentError) as refused:
        load(source.read(path, path.name), KNOWN)

    assert len(refused.value.problems) == len(expected(path))


def test_shipped_playbooks_are_valid() -> None:
    """Every playbook we ship loads where its notices, dockets and recipes exist."""
    for path in sorted(content.shipped("playbooks").glob("*.yaml")):
        assert load(source.read(path), KNOWN).id == path.stem


def whole() -> Playbook:
    """Load the playbook that has every kind of step."""
    return load(source.read(CORPUS / "valid" / "whole.yaml"), KNOWN)


def test_upstream_is_everything_before_however_far() -> None:
    """What stands before a step includes what stands before that."""
    playbook = whole()

    assert playbook.upstream("brief") == {"letter", "suspend", "preserve", "triage"}
    assert playbook.upstream("triage") == set()
    with pytest.raises(KeyError):
        playbook.step("nowhere")


def test_outward_is_what_somebody_outside_can_notice() -> None:
    """Letters and noticed containment are outward; holds, briefs and questions are not."""
    outward = {step.id for step in whole().steps if step.outward}

    assert outward == {"letter", "suspend"}


def test_approval_stands_before_the_last_act() -> None:
    """A draft or a plan needs no approval; serving, issuing and executing are what it guards."""
    gated = {step.id: step.gated_act for step in whole().steps}

    assert gated["letter"] == "serve"
    assert gated["suspend"] == "execute"
    assert gated["hold"] == "issue"


def test_roles_of_a_step_are_all_it_mentions() -> None:
    """Whoever asks, approves, serves or is told counts as a role of the step."""
    roles = set(whole().step("letter").roles())

    assert roles == {"ip-counsel", "general-counsel", "docketing-clerk"}
