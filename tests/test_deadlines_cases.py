"""Cases of single rules, written as YAML beside their reasons, through the public docket."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from breachbook import source
from breachbook.content import law_folders
from breachbook.deadlines import Law, load_law
from breachbook.docket import docket
from breachbook.matter import Fact

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.fixture(scope="module")
def law() -> Law:
    """Read the law we ship, once for all cases."""
    return load_law(law_folders())


def _cases() -> list[Any]:
    found = []
    for path in FILES:
        data = source.read(path).data
        found += [
            pytest.param(data, case, id=f"{path.stem}: {case['name']}") for case in data["cases"]
        ]
    return found


def _when(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


@pytest.mark.parametrize(("file", "case"), _cases())
def test_rule_gives_what_its_case_says(
    law: Law, file: dict[str, Any], case: dict[str, Any]
) -> None:
    """Each case gives the dates it states, by the version in force on the trigger's day."""
    trigger = law.rules[file["rule"]][0].trigger or ""
    fact = Fact("F1", trigger, _when(case["trigger"]), "incident")

    entries = docket([fact], law, [file["docket"]])

    found = next(entry for entry in entries if entry.rule.id == file["rule"]).as_data()
    expect = {"problem": None, **case["expect"]}
    if expect["problem"] is not None:
        assert expect.pop("problem") in found["problem"]
    assert {key: found[key] for key in expect} == expect


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_case_file_covers_the_days_on_which_counting_goes_wrong(path: Path) -> None:
    """Cases stand around the start of a text, a weekend, a closed day, a leap day, a year end."""
    data = source.read(path).data

    names = " ".join(case["name"] for case in data["cases"])

    assert path.stem == data["rule"]
    assert all(
        word in names
        for word in ("before", "first day", "weekend", "closed day", "leap", "year end")
    )
    assert all(case["because"] for case in data["cases"])
