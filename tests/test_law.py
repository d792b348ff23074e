"""Law files: what is shipped is complete, and every fault is told at once with its line."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from breachbook.content import law_folders
from breachbook.deadlines import REGIMES, Law, load_law
from breachbook.errors import ContentError, DeadlineError

TRIGGERS = """\
triggers:
  - id: paper-served
    title: {en: Paper served}
    holds: date
    zone: court
    proof: certificate of service
"""
PROCEDURE = """\
procedure: appeal
title: {en: Appeal}
jurisdiction: us
docket: us-appeal
rules:
"""
RULE = """\
  - id: us-reply
    kind: deadline
    title: {en: Reply}
    trigger: paper-served
    period: 14 days
    direction: after
    regime: us-frcp
    who: party
    consequence: the reply is lost
    authority: {title: Rule 9, locator: (a), says: A reply is due within 14 days.}
    status: verified
    checked_on: 2026-11-22
    in_force: {from: 2020-01-01, to: null}
"""
GATE = """\
  - id: us-gate
    kind: gate
    title: {en: Gate}
    who: anyone
    consequence: a fine
    authority: {title: Act 1, locator: section 2, says: Nothing leaves without approval.}
    status: verified
    checked_on: 2026-11-22
    in_force: {from: 2020-01-01, to: null}
    blocks: [export, serve]
"""

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def law() -> Law:
    """Read the law we ship."""
    return load_law(law_folders())


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a folder of law from the text of its rules and triggers."""

    def written(
        rules: str, triggers: str = TRIGGERS, head: str = PROCEDURE, folder: str = "law"
    ) -> Path:
        root = tmp_path / folder
        (root / "us").mkdir(parents=True)
        (root / "triggers.yaml").write_text(triggers, "utf-8")
        (root / "us" / "appeal.yaml").write_text(head + rules, "utf-8")
        return root

    return written


def _problems(*folders: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load_law(folders)
    return [str(problem) for problem in caught.value.problems]


def test_shipped_law_has_the_dockets_that_playbooks_cite(law: Law) -> None:
    """The three dockets of the example exist and each has rules."""
    assert {"cn", "us-itc", "us-dtsa"} <= set(law.dockets)
    assert all(law.dockets.values())


def test_every_shipped_rule_says_its_number_and_its_authority(law: Law) -> None:
    """The number of each period stands in the words of its authority, read on a stated day."""
    for rule in (rule for versions in law.rules.values() for rule in versions):
        numbers = [str(span.number) for span in rule.period.spans] if rule.period else []
        assert all(number in re.findall(r"\d+", rule.authority.says) for number in numbers), (
            rule.id
        )
        assert rule.authority.title, rule.id
        assert rule.authority.locator, rule.id
        assert rule.checked_on <= date(2026, 11, 24), rule.id
        assert rule.status == "verified" or rule.confidence, rule.id


def test_every_shipped_trigger_starts_a_rule(law: Law) -> None:
    """No trigger is declared that no rule runs from."""
    used = {rule.trigger for versions in law.rules.values() for rule in versions}

    assert set(law.triggers) <= used


def test_every_shipped_rule_of_china_has_a_chinese_title(law: Law) -> None:
    """Letters in Chinese name a rule in Chinese."""
    rules = [versions[-1] for id, versions in law.rules.items() if id.startswith("cn-")]

    assert all("zh-CN" in rule.title for rule in rules)


def test_gates_forbid_and_have_no_period(law: Law) -> None:
    """The gates on evidence stored in China block export until counsel clears them."""
    for id in ("cn-gate-dsl36", "cn-gate-pipl41"):
        gate = law.rule(id, date(2026, 11, 24))

        assert (gate.kind, gate.period, gate.blocks) == ("gate", None, ("export",))


def test_digest_changes_with_any_word_of_a_rule(write: Write) -> None:
    """The digest of a rule version names its whole text."""
    one = load_law([write(RULE)])
    other = load_law(
        [write(RULE.replace("the reply is lost", "the reply is barred"), folder="other")]
    )

    digests = [law.rule("us-reply", date(2026, 1, 1)).digest for law in (one, other)]

    assert len(set(digests)) == 2
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in digests)


def test_version_in_force_on_the_trigger_date_applies(write: Write) -> None:
    """Of several versions the one in force on the day applies, both its ends included."""
    old = RULE.replace("14 days", "10 days").replace(
        "from: 2020-01-01, to: null", "from: 2010-01-01, to: 2019-12-31"
    )
    law = load_law([write(RULE + old)])

    assert str(law.rule("us-reply", date(2019, 12, 31)).period) == "10 days"
    assert str(law.rule("us-reply", date(2020, 1, 1)).period) == "14 days"
    with pytest.raises(DeadlineError, match="2010-01-01 to 2019-12-31"):
        law.rule("us-reply", date(2009, 12, 31))


def test_unknown_rule_is_refused(law: Law) -> None:
    """A rule that does not exist is an error, not a silence."""
    with pytest.raises(DeadlineError, match="us-nothing"):
        law.rule("us-nothing", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("period: 14 days", "period: 15 days"), "the number of the period, 15"),
        (("period: 14 days", "period: a fortnight"), "12 days"),
        (("period: 14 days", "period: 14 business-days"), "allowed in us-frcp"),
        (("trigger: paper-served", "trigger: paper-seen"), "a trigger of triggers.yaml"),
        (("regime: us-frcp", "regime: us-frpc"), "us-frcp"),
        (("direction: after", "direction: sideways"), "'after' or 'before'"),
        (("regime: us-frcp", "regime: cn-workday"), "allowed in cn-workday"),
        (("id: us-reply", "id: fr-reply"), "an id that begins with us-"),
        (("id: us-reply", "id: US_reply"), "pattern"),
        (("status: verified", "status: guessed"), "'verified' or 'unverified'"),
        (("status: verified", "status: unverified"), "high, medium or low"),
        (("    checked_on: 2026-11-22\n", ""), "this key is required"),
        (("checked_on: 2026-11-22", "checked_on: last week"), "date"),
        (("who: party", "whom: party"), "the unknown key whom"),
        (("who: party", "who: party\n    who: party"), "the same key twice"),
        (("who: party", "who: party\n    options: {service: pigeon}"), "mail"),
        (("who: party", "who: party\n    options: {foreign: true}"), "allowed in us-frcp"),
        (("who: party", "who: party\n    blocks: [export]"), "no such key for a deadline"),
        (("    regime: us-frcp\n", ""), "this key is required for a deadline"),
        (("in_force: {from: 2020-01-01, to: null}", "in_force: {from: 2020-01-01}"), "required"),
    ],
)
def test_fault_in_a_rule_is_told_with_its_place(
    write: Write, change: tuple[str, str], said: str
) -> None:
    """Each fault names the file, the line, what was got and what is allowed."""
    problems = _problems(write(RULE.replace(*change)))

    assert any(said in problem for problem in problems), problems
    assert all(re.match(r".+appeal\.yaml:\d+: ", problem) for problem in problems)


def test_all_faults_of_all_files_are_told_at_once(write: Write) -> None:
    """Nobody repairs a file one message at a time."""
    rules = RULE.replace("us-frcp", "us-frpc") + RULE.replace("us-reply", "us-answer").replace(
        "paper-served", "paper-seen"
    )
    triggers = TRIGGERS + TRIGGERS.removeprefix("triggers:\n").replace("zone: court", "zone: Mars")

    problems = _problems(write(rules, triggers))

    assert len(problems) == 4
    for word in ("us-frpc", "paper-seen", "each trigger once", "IANA"):
        assert any(word in problem for problem in problems)


def test_hours_must_run_from_an_instant(write: Write) -> None:
    """A rule in hours may not cite a trigger that holds a date."""
    rule = RULE.replace("14 days", "48 hours")

    assert any("an instant" in problem for problem in _problems(write(rule)))


def test_overlapping_versions_are_refused(write: Write) -> None:
    """Two versions of a rule cannot both apply on one day."""
    assert any("no other version" in problem for problem in _problems(write(RULE + RULE)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("    blocks: [export, serve]\n", ""), "export, serve or collect"),
        (("blocks: [export, serve]", "blocks: [sell]"), "'export', 'serve' or 'collect'"),
        (("who: anyone", "who: anyone\n    period: 3 days"), "no such key for a gate"),
        (("who: anyone", "who: anyone\n    options: {foreign: true}"), "no such key for a gate"),
    ],
)
def test_fault_in_a_gate_is_told(write: Write, change: tuple[str, str], said: str) -> None:
    """A gate says what it blocks and has no period."""
    problems = _problems(write(GATE.replace(*change)))

    assert any(said in problem for problem in problems), problems


def test_folder_and_file_names_must_agree_with_what_stands_in_the_file(write: Write) -> None:
    """A procedure stands in the file and the folder of its name."""
    head = PROCEDURE.replace("procedure: appeal", "procedure: trial").replace(
        "jurisdiction: us", "jurisdiction: fr"
    )

    problems = _problems(write(RULE, head=head))

    assert any("the folder's name, us" in problem for problem in problems)
    assert any("the file's name, appeal" in problem for problem in problems)


def test_own_law_adds_to_ours_and_redefines_nothing(write: Write, tmp_path: Path) -> None:
    """A workspace adds rules that cite our triggers; an id of ours is refused."""
    shipped = law_folders()
    own = write(RULE.replace("paper-served", "us-judgment-entered"), triggers=TRIGGERS)
    clash = write(RULE.replace("us-reply", "us-answer"), folder="clash")

    law = load_law([*shipped, own])

    assert law.dockets["us-appeal"] == ("us-reply",)
    assert any("no other file defines" in problem for problem in _problems(*shipped, clash))


def test_fault_in_a_calendar_is_told(tmp_path: Path) -> None:
    """A court calendar is checked as strictly as a rule."""
    folder = tmp_path / "law"
    shutil.copytree(law_folders()[0] / "calendars", folder / "calendars")
    path = folder / "calendars" / "us.yaml"
    text = path.read_text("utf-8").replace("base: holidays", "base: astrology")
    path.write_text(text.replace("because:", "why:", 1), "utf-8")

    problems = _problems(folder)

    assert any("'holidays', 'chinesecalendar' or 'none'" in problem for problem in problems)
    assert any("the unknown key why" in problem for problem in problems)


def test_every_regime_is_used_by_a_rule_or_by_worked_examples(law: Law) -> None:
    """No way of counting is shipped that nothing uses."""
    used = {rule.regime for versions in law.rules.values() for rule in versions}

    assert set(REGIMES) - used <= {"elapsed-hours"}
