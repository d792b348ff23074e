"""The README: its tables are made from the data, its examples lint, its counts are ours."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from breachbook.content import law_folders
from breachbook.deadlines import REGIMES, Law, compute, load_law
from breachbook.lint import lint_path
from tests.readme_tables import README, with_tables

TEXT = README.read_text("utf-8")
EXAMPLES = README.parent / "examples"
NAMED = re.compile(r"(?<![\w/.-])(?:cn|eu|hk|itc|tw|uk|us)(?:-[a-z0-9]+)+(?![\w/-])")
# What a fact of the example is about, a procedure, a class of time-stamps.
OTHER = {"itc-complaint", "itc-orders", "cn-trusted"}


@pytest.fixture(scope="module")
def law() -> Law:
    """Read the law we ship."""
    return load_law(law_folders())


def block(first: str) -> str:
    """Give the YAML example that begins with a comment."""
    found = re.search(rf"```yaml\n(# {re.escape(first)}.*?)```", TEXT, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Write the README's example of an organisation's law into a workspace's folder."""
    path = tmp_path / "law" / "acme" / "itc-orders.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(block("law/acme/itc-orders.yaml"), "utf-8")
    return tmp_path / "law"


def test_tables_are_as_the_data_has_them(law: Law) -> None:
    """Regimes and dockets stand in the README as they are; `python -m tests.readme_tables` writes them."""
    assert with_tables(TEXT, law) == TEXT


def test_tables_name_every_regime_and_docket(law: Law) -> None:
    """No regime and no docket is left out, and none stands twice."""
    tables = TEXT[TEXT.index("<!-- regimes -->") : TEXT.rindex("<!-- dockets -->")]

    assert re.findall(r"(?m)^\| `([^`]+)`", tables) == [*REGIMES, *sorted(law.dockets)]


def test_example_of_own_rules_lints(own: Path) -> None:
    """What the README shows to an organisation passes as it stands."""
    assert lint_path(own, None)[1] == []
    assert lint_path(own / "acme" / "itc-orders.yaml", None)[1] == []


def test_example_of_own_rules_adds_one_and_replaces_one(own: Path) -> None:
    """The rule with a new id is added; the one with `replaces` stands in our rule's place."""
    law = load_law([*law_folders(), own])

    replacing = law.rules["itc-motion-response"]
    assert [str(rule.period) for rule in replacing] == ["7 days"]
    assert replacing[0].replaces is not None
    assert {"acme-itc-tell-the-board", "itc-motion-response"} <= set(law.dockets["us-itc"])


def test_example_without_replaces_is_refused(own: Path) -> None:
    """Without the words that name what it replaces, an id of ours cannot be taken."""
    path = own / "acme" / "itc-orders.yaml"
    text = re.sub(r"    replaces:\n(?:      .*\n)+", "", path.read_text("utf-8"))
    path.write_text(text, "utf-8")

    problems = lint_path(own, None)[1]

    assert any("replaces" in str(problem) for problem in problems)


def test_example_of_a_correction_closes_its_day(tmp_path: Path) -> None:
    """The entry that the README shows can be added to the calendar as it stands."""
    folder = tmp_path / "law"
    shutil.copytree(law_folders()[0] / "calendars", folder / "calendars")
    entry = block("breachbook/law/calendars/us.yaml").partition("entries:\n")[2]
    with (folder / "calendars" / "us.yaml").open("a", encoding="utf-8") as file:
        file.write(entry)

    view = load_law([folder]).calendars.view(("US",))

    assert view.is_closed(date(2028, 12, 26))
    assert view.disputed(date(2028, 12, 26), date(2028, 12, 26))


def test_worked_count_is_the_one_we_make(law: Law) -> None:
    """Dates and working of the rule that the README counts are those of today's code."""
    rule = law.rule("cn-presuit-30d-sue", date(2026, 11, 20))

    computed = compute(rule, date(2026, 11, 20), calendars=law.calendars)
    assert f"{rule.authority.locator}: {rule.authority.says}" in TEXT
    for name, value in (("raw", computed.raw), ("legal", computed.legal), ("safe", computed.safe)):
        assert re.search(rf"(?m)^{name} +{value}$", TEXT), name
    assert [line for line in map(str, computed.working) if line not in TEXT] == []


def test_disputed_count_is_the_one_we_make(law: Law) -> None:
    """The example of two readings ends on the days that the README gives."""
    computed = compute(law.rule("us-answer-21", date(2025, 12, 5)), date(2025, 12, 5))

    days = [str(reading.legal) for reading in computed.readings]
    assert "disputed" in computed.warnings
    assert days == ["2025-12-29", "2025-12-26"]
    assert all(day in TEXT for day in (*days, f"`safe` is {computed.safe}"))


@pytest.mark.parametrize(
    "path", [README, *sorted(EXAMPLES.rglob("README.md"))], ids=lambda path: path.parent.name
)
def test_every_rule_that_a_readme_names_exists(path: Path, law: Law) -> None:
    """What reads like an id is a rule, a trigger, a regime, a docket or a kind of notice of today."""
    notices = {file.parent.name for file in (README.parent / "notices").glob("*/notice.yaml")}
    known = {*law.rules, *law.triggers, *law.dockets, *REGIMES, *OTHER, *notices}

    named = set(NAMED.findall(path.read_text("utf-8")))
    assert named - known == set()
