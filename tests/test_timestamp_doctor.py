"""The doctor says when nobody time-stamps, and when what an authority is trusted by is missing or ends soon."""

from pathlib import Path
from typing import Any

import pytest

from breachbook.cli.looked_at import Item
from breachbook.cli.time_stamps import look
from tests.authority import root
from tests.cases_core import Case
from tests.test_timestamp_obtaining import configure


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A copy of the example, with the roots of an authority."""
    case = Case.install(tmp_path / "w")
    (case.workspace.root / "stamps.pem").write_bytes(root(now=case.clock.now).pem)
    return case


def found(case: Case, **row: Any) -> list[Item]:
    """Look at one authority that is configured so."""
    configure(case, {"url": "http://127.0.0.1:9/"} | row)
    return list(look(case.workspace))


def test_no_authority_is_said(case: Case) -> None:
    """Without one, nobody else vouches for the time of anything."""
    (item,) = look(case.workspace)

    assert item.state == "missing"
    assert "nobody else vouches" in item.text


def test_authority_in_order_is_named_with_its_class(case: Case) -> None:
    """What an authority's word is worth is said with it."""
    assert found(case) == [Item("time-stamps", "ok", "stamps: plain, trusted by stamps.pem")]


def test_trial_authority_is_marked_worthless(case: Case) -> None:
    """A trial one is never shown without that."""
    assert "worthless as proof" in found(case, legal_class="trial")[0].text


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"roots": "nowhere.pem"}, "nowhere.pem is not there"),
        ({"roots": "people.yaml"}, "holds no certificate"),
        ({"url": "https://stamps.example/"}, "its url is https://stamps.example/"),
        ({"name": "Example Stamps"}, "its name is 'Example Stamps'"),
    ],
)
def test_what_would_make_every_stamp_fail_is_unsafe(
    case: Case, row: dict[str, str], words: str
) -> None:
    """Missing roots, an address that may not be asked and a name that is none are said beforehand."""
    (item,) = found(case, **row)

    assert item.state == "unsafe"
    assert words in item.text


@pytest.mark.parametrize(("days", "soon"), [(89, True), (91, False), (-1, True)])
def test_root_that_ends_within_ninety_days_is_said(case: Case, days: int, soon: bool) -> None:
    """There is time to get the next root before the old one ends."""
    pem = root(now=case.clock.now, days=(-100, days)).pem
    (case.workspace.root / "stamps.pem").write_bytes(pem)
    (item,) = found(case)

    assert (item.state == "missing") == soon
    assert ("valid until" in item.text) == soon
