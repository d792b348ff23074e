"""Law files: what is shipped is complete, its versions apply by day, and faults are told."""

import re
import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from breachbook import source
from breachbook.content import law_folders
from breachbook.deadlines import REGIMES, Law, compute, load_law
from breachbook.deadlines.options import OPTION_NAMES
from breachbook.errors import ContentError, DeadlineError
from tests.counts import agrees, applied, law

CORPUS = Path(__file__).parent / "corpus" / "law"
TODAY = date(2026, 11, 24)


def files(folder: str) -> list[Path]:
    """List the files of the corpus."""
    return sorted((CORPUS / folder).glob("*.yaml"))


def stated(path: Path, word: str) -> list[str]:
    """Read what a file says of itself after a word in its first lines."""
    lines = path.read_text("utf-8").splitlines()
    return [line.removeprefix(f"# {word}: ") for line in lines if line.startswith(f"# {word}: ")]


def place(path: Path, root: Path) -> list[Path]:
    """Put a file of the corpus where it says it stands, beside the law it is read with."""
    shutil.copytree(CORPUS / "ours", root / "law")
    (stands,) = stated(path, "stands") or ["law/us/appeal.yaml"]
    (root / stands).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, root / stands)
    return [folder for folder in (root / "law", root / "own") if folder.exists()]


def refusal(path: Path, root: Path) -> ContentError:
    """Read a file of the corpus and give the error it is refused with."""
    with pytest.raises(ContentError) as refused:
        load_law(place(path, root))
    return refused.value


def says(message: str, expected: str) -> bool:
    """Tell whether a message holds the parts that are expected of it, in their order."""
    return re.search(".*".join(map(re.escape, expected.split("… "))), message) is not None


@pytest.mark.parametrize("path", files("valid"), ids=lambda path: path.stem)
def test_valid_file_of_law_is_loaded(path: Path, tmp_path: Path) -> None:
    """A file without fault is loaded, whatever it holds."""
    found = load_law(place(path, tmp_path))

    assert found.rules
    assert found.triggers


@pytest.mark.parametrize("path", files("invalid"), ids=lambda path: path.stem)
def test_invalid_file_of_law_is_refused_as_it_says(path: Path, tmp_path: Path) -> None:
    """Each stated fault is told with file, line, what was got and what is allowed, and no other."""
    (stands,) = stated(path, "stands") or ["law/us/appeal.yaml"]
    lines = path.read_text("utf-8").splitlines()

    problems = refusal(path, tmp_path).problems

    told = [str(problem) for problem in problems]
    expected = stated(path, "expects")
    assert expected
    assert len(told) == len(expected), "\n".join(told)
    for message in expected:
        assert any(says(line, message) for line in told), "\n".join(told)
    for problem, line in zip(problems, told, strict=True):
        assert re.match(r".+\.yaml:\d+: .+: got .+; allowed: .+", line)
        key = problem.key.rpartition(".")[2]
        if Path(problem.file) == tmp_path / stands and problem.got != "nothing":
            assert problem.line is not None
            assert key.isdigit() or re.search(rf"\b{key}\b", lines[problem.line - 1]) or "[" in key


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    """Nobody repairs a folder one message at a time."""
    folders = place(CORPUS / "invalid" / "several-faults-of-one-rule.yaml", tmp_path)
    triggers = tmp_path / "law" / "triggers.yaml"
    triggers.write_text(triggers.read_text("utf-8").replace("zone: court", "zone: Mars"), "utf-8")

    with pytest.raises(ContentError) as refused:
        load_law(folders)

    named = {Path(problem.file).name for problem in refused.value.problems}
    assert named == {"triggers.yaml", "appeal.yaml"}
    assert len(refused.value.problems) == 5


def corpus_law(name: str, root: Path) -> Law:
    """Load a valid file of the corpus."""
    return load_law(place(CORPUS / "valid" / f"{name}.yaml", root))


def test_own_rule_adds_to_ours_under_its_own_prefix(tmp_path: Path) -> None:
    """An organisation's folder adds rules and gates that run from our triggers."""
    found = corpus_law("own-rule-under-its-prefix", tmp_path)

    assert found.dockets["us-appeal"] == ("us-reply", "us-gate")
    assert found.dockets["acme"] == ("acme-reply", "acme-gate")
    assert found.by_trigger["paper-served"] == ("us-reply", "us-gate", "acme-reply", "acme-gate")
    assert found.rule("acme-reply", TODAY).replaces is None


def test_own_rule_that_replaces_ours_stands_alone(tmp_path: Path) -> None:
    """What is replaced is gone with all its versions; who decided that is kept with the rule."""
    found = corpus_law("own-rule-in-place-of-ours", tmp_path)

    (rule,) = found.rules["us-reply"]
    assert str(rule.period) == "10 days"
    assert rule.replaces == "General counsel, 3 March 2026"
    assert (rule.jurisdiction, rule.docket) == ("acme", "acme")
    assert "us-reply" not in found.dockets["us-appeal"]


def test_own_rule_counts_with_the_calendars_we_ship(tmp_path: Path) -> None:
    """A folder of an organisation needs neither triggers nor calendars of its own."""
    path = CORPUS / "valid" / "own-rule-under-its-prefix.yaml"
    own = tmp_path / "acme"
    own.mkdir()
    text = path.read_text("utf-8").replace("paper-served", "us-judgment-entered")
    (own / "appeal.yaml").write_text(text, "utf-8")

    found = load_law([*law_folders(), tmp_path])

    rule = found.rule("acme-reply", TODAY)
    assert compute(rule, date(2026, 12, 11), calendars=found.calendars).legal == date(2026, 12, 28)
    assert len(found.rules) == len(law().rules) + 2


def test_every_key_of_a_rule_is_read(tmp_path: Path) -> None:
    """Options, circumstances, other periods and reminders arrive as they were written."""
    (rule,) = corpus_law("every-key-of-a-deadline", tmp_path).rules["us-reply"]

    assert dict(rule.when) == {"state": "MA"}
    assert [(dict(o.when), str(o.period), o.regime) for o in rule.instead] == [
        ({"extended": True, "forum": "court"}, "30 business-days", "us-ca-ccp"),
        ({"extended": True}, "30 days", None),
    ]
    assert [str(span) for span in rule.reminders] == ["7 days", "1 week", "6 hours"]
    assert rule.options.given() == ("court_timezone", "filing")
    assert (rule.confidence, rule.out_of_scope, rule.note) == (
        "medium",
        "what the court orders",
        "plan before",
    )


def test_first_other_period_that_fits_counts(tmp_path: Path) -> None:
    """Of several `instead` the first whose circumstances are all told counts, by its own regime."""
    (rule,) = corpus_law("every-key-of-a-deadline", tmp_path).rules["us-reply"]
    start = date(2026, 3, 2)

    plain = compute(rule, start)
    longer = compute(rule, start, told={"extended": True})
    in_court_days = compute(rule, start, told={"extended": True, "forum": "court"})

    assert (plain.raw, longer.raw) == (date(2026, 3, 16), date(2026, 4, 1))
    assert in_court_days.raw == date(2026, 4, 14)  # 31 March is a court holiday
    with pytest.raises(DeadlineError, match="got colour; allowed: "):
        compute(rule, start, told={"colour": "red"})


def test_digest_changes_with_any_word_of_a_rule(tmp_path: Path) -> None:
    """The digest of a rule version names its whole text."""
    one = corpus_law("two-versions", tmp_path / "one")
    other = corpus_law("own-rule-in-place-of-ours", tmp_path / "other")

    digests = [rule.digest for found in (one, other) for rule in found.rules["us-reply"]]
    assert len(set(digests)) == 3
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in digests)


def test_version_in_force_on_the_trigger_day_applies(tmp_path: Path) -> None:
    """Of several versions the one in force on the day applies, both its ends included."""
    found = corpus_law("two-versions", tmp_path)

    assert str(found.rule("us-reply", date(2019, 12, 31)).period) == "10 days"
    assert str(found.rule("us-reply", date(2020, 1, 1)).period) == "14 days"
    with pytest.raises(DeadlineError, match="2010-01-01 to 2019-12-31, 2020-01-01 to today"):
        found.rule("us-reply", date(2009, 12, 31))


@pytest.mark.parametrize(
    ("rule", "when", "told", "legal"),
    [
        # SPC limits of setting aside an award: six months, three from 1 March 2026
        ("cn-arb-setaside", "2026-02-28", {}, "2026-08-28"),
        ("cn-arb-setaside", "2026-03-01", {}, "2026-06-01"),
        # PECR: 24 hours, 72 from 20 August 2025
        ("uk-pecr", "2025-08-19T23:30:00+01:00", {}, "2025-08-20T23:30:00+01:00"),
        ("uk-pecr", "2025-08-20T00:30:00+01:00", {}, "2025-08-23T00:30:00+01:00"),
        # China's incident reporting, first day
        ("cn-cyber-general", "2025-11-01T00:10:00+08:00", {}, "2025-11-01T04:10:00+08:00"),
        # ITC: severance before and after the amended rules
        ("itc-sever", "2025-01-31", {}, "2025-03-04"),
        ("itc-sever", "2025-02-03", {}, "2025-03-05"),
        ("itc-response-amended-existing", "2025-02-03", {}, "2025-02-13"),
        # Cyber Resilience Act, first day
        (
            "eu-cra-incident-24h",
            "2026-09-11T09:30:00+02:00",
            {"court_timezone": "Europe/Berlin"},
            "2026-09-12T10:00:00+02:00",
        ),
        # New Jersey: six years at common law, three under its act
        ("us-utsa-nj-limitation", "2012-01-08", {}, "2018-01-08"),
        ("us-utsa-nj-limitation", "2012-01-09", {}, "2015-01-09"),
        # The rules of 2008, as the docket of 337-TA-655 shows
        ("itc-petition-review", "2009-10-16", {}, "2009-10-30"),
        ("itc-review-decision", "2009-10-16", {}, "2009-12-17"),
    ],
)
def test_shipped_version_of_the_trigger_day_applies(
    rule: str, when: str, told: dict[str, object], legal: str
) -> None:
    """A change of law counts from its first day on, and not before."""
    assert agrees(applied(rule, when, **told).legal, legal)


@pytest.mark.parametrize(
    ("rule", "when", "first_or_last"),
    [
        ("cn-cyber-general", "2025-10-31T23:59:00+08:00", "2025-11-01"),
        ("cn-cyber-cii", "2025-10-31T23:59:00+08:00", "2025-11-01"),
        ("itc-response-amended-existing", "2025-02-02", "2025-02-03"),
        ("eu-cra-vuln-24h", "2026-09-10T12:00:00+02:00", "2026-09-11"),
        ("eu-cra-incident-final-1m", "2026-09-10", "2026-09-11"),
        ("cn-samr-reporter-notice-filing", "2026-04-15", "2026-04-14"),
        ("us-dtsa-limitation", "2016-05-10", "2016-05-11"),
    ],
)
def test_day_outside_the_life_of_a_rule_is_refused(
    rule: str, when: str, first_or_last: str
) -> None:
    """Before its first day and after its last a rule gives no date, and says which days it holds."""
    with pytest.raises(DeadlineError) as refused:
        applied(rule, when)

    assert f"rule {rule}: got a trigger of {when[:10]}; allowed: days on which" in str(
        refused.value
    )
    assert first_or_last in str(refused.value)


def test_day_that_decides_the_version_is_that_of_the_place() -> None:
    """In the evening of 31 October in London the measures of 1 November are in force in China."""
    got = applied("cn-cyber-general", "2025-10-31T17:00:00+00:00")

    assert agrees(got.legal, "2025-11-01T05:00:00+08:00")


def test_unknown_rule_is_refused() -> None:
    """A rule that does not exist is an error, not a silence."""
    with pytest.raises(DeadlineError, match="got 'us-nothing'; allowed: a rule of the law"):
        law().rule("us-nothing", TODAY)


def test_shipped_law_is_the_whole_library() -> None:
    """At least 440 rules of every place of the sheets, each in a docket."""
    dockets = {"cn", "us-itc", "us-dtsa", "us-state", "us-reporting", "tw", "hk", "eu", "de", "fr"}
    dockets |= {"nl", "it", "gb", "jp", "kr", "in", "sg", "au", "ca", "br", "mx", "vn", "ch"}

    assert len(law().rules) >= 440
    assert dockets <= set(law().dockets)
    assert sorted(id for ids in law().dockets.values() for id in ids) == sorted(law().rules)


def test_every_shipped_rule_says_its_number_and_its_authority() -> None:
    """The number of each period stands in the words of its authority, read on a stated day."""
    for rule in (rule for versions in law().rules.values() for rule in versions):
        spans = [*(rule.period.spans if rule.period else ())]
        spans += [span for other in rule.instead for span in other.period.spans]
        numbers = {str(span.number) for span in spans}
        assert numbers <= set(re.findall(r"\d+", rule.authority.says)), rule.id
        assert rule.authority.title, rule.id
        assert rule.authority.locator, rule.id
        assert rule.checked_on <= TODAY, rule.id
        assert rule.status == "verified" or rule.confidence, rule.id
        assert rule.who, rule.id
        assert rule.consequence, rule.id


def test_every_version_ends_after_it_begins_and_before_the_next() -> None:
    """The life of a text has at least a day, and the next one begins after it."""
    for id, versions in law().rules.items():
        for rule in versions:
            assert rule.in_force_to is None or rule.in_force_from <= rule.in_force_to, id
        for old, new in pairwise(versions):
            assert old.in_force_to is not None, id
            assert old.in_force_to < new.in_force_from, id


def test_every_shipped_trigger_starts_a_rule_or_performs_one() -> None:
    """No trigger is declared that nothing runs from or is met by."""
    idle = [
        trigger.id
        for trigger in law().triggers.values()
        if trigger.id not in law().by_trigger and not trigger.performs
    ]

    assert idle == []


def test_every_act_that_performs_a_rule_performs_a_deadline() -> None:
    """What a fact meets or ends is a deadline, never a gate."""
    for trigger in law().triggers.values():
        for id in (*trigger.performs, *filter(None, [trigger.ends])):
            assert law().rules[id][-1].kind == "deadline", (trigger.id, id)


def test_every_shipped_rule_of_china_has_a_chinese_title() -> None:
    """Letters in Chinese name a rule in Chinese."""
    rules = [versions[-1] for versions in law().rules.values()]

    assert [r.id for r in rules if r.jurisdiction == "cn" and "zh-CN" not in r.title] == []


def test_no_circumstance_is_named_like_an_option_of_the_count() -> None:
    """A circumstance that shares the name of an option is the same thing: a party abroad."""
    named = {
        name
        for versions in law().rules.values()
        for rule in versions
        for name in rule.circumstances()
    }

    assert named & OPTION_NAMES <= {"foreign"}


@pytest.mark.parametrize(
    ("id", "blocks"),
    [
        ("cn-gate-dsl36", ("export",)),
        ("cn-gate-pipl41", ("export",)),
        ("cn-gate-cpl294", ("serve", "collect")),
    ],
)
def test_gates_on_evidence_in_china_forbid(id: str, blocks: tuple[str, ...]) -> None:
    """They block export, service or collection until counsel clears them, and have no date."""
    gate = law().rule(id, TODAY)

    assert (gate.kind, gate.period, gate.blocks) == ("gate", None, blocks)


def test_every_regime_is_used_by_a_rule() -> None:
    """No way of counting is shipped that no rule uses, but those an organisation will need."""
    rules = [rule for versions in law().rules.values() for rule in versions]
    used = {rule.regime for rule in rules}
    used |= {other.regime for rule in rules for other in rule.instead}

    assert set(REGIMES) - used == {"ch-zpo", "jp-admin"}


def test_files_of_law_stand_in_the_folder_and_under_the_name_they_state() -> None:
    """A procedure is found by its jurisdiction and its name."""
    for path in sorted(law_folders()[0].glob("*/*.yaml")):
        if path.parent.name != "calendars":
            data = source.read(path).data
            assert (data["jurisdiction"], data["procedure"]) == (path.parent.name, path.stem)
