"""Counting on the command line: one period, or a file of them."""

import io
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from breachbook.layout import MARK
from tests.counts import agrees, moment
from tests.terminal import Run
from tests.test_law import CORPUS

VECTORS = Path(__file__).parent / "cases" / "vectors.jsonl"
KEYS = [
    "id", "raw", "legal", "safe", "final", "provisional", "disputed", "warnings", "working",
]  # fmt: skip
ITC = ["--regime", "us-itc", "--from", "2026-11-16", "--period", "12 days"]
LINE = {"id": "L", "regime": "us-itc", "trigger": "2026-11-16", "period": "12 days"}


@pytest.fixture(autouse=True)
def surroundings(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No workspace, and a cache that these tests share and leave behind."""
    base = tmp_path_factory.getbasetemp()
    monkeypatch.setenv("XDG_CACHE_HOME", str(base / "cache"))
    monkeypatch.chdir(base)


def batch(
    run: Run, tmp_path: Path, *lines: Mapping[str, Any] | str
) -> tuple[int, list[dict[str, Any]]]:
    """Count a file of lines; give the exit code and the answers."""
    path = tmp_path / "lines.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), "utf-8", errors="surrogatepass")
    code, out, _ = run(None, "count", "--batch", path)
    return code, [json.loads(line) for line in out.splitlines()]


def test_count_prints_dates_readings_and_numbered_working(run: Run) -> None:
    """Where a point is disputed both readings stand with who reads them so, and each step with its citation."""
    code, out, _ = run(None, "count", *ITC, "--service", "mail", "--foreign")

    assert code == 0
    for line in (
        "legal        Thu 2026-12-10",
        "safe         Tue 2026-12-08",
        "last moment  Thu 2026-12-10 17:15:00-05:00",
        "provisional  no",
        "disputed     yes",
        "warnings     disputed",
    ):
        assert line in out
    readings, working = out.split("readings,")[1].split("working")
    assert "  1. Thu 2026-12-10: " in readings
    assert "  2. Tue 2026-12-08: the days for service are added before" in readings
    assert "(19 CFR 201.16(d)-(e), silent on the order)" in readings
    assert working.startswith("\n  1. the event is on Mon 2026-11-16")
    assert "\n  2. 12 days, every day counted: Sat 2026-11-28 (201.14(a))" in working


def test_count_in_china_is_worked_in_both_languages(run: Run) -> None:
    """Under each English step of a Chinese regime stands the same step in Chinese."""
    ask = ["--regime", "cn-civil-procedure", "--from", "2026-09-16", "--period", "15 days"]

    _, out, _ = run(None, "count", *ask)
    _, raw, _ = run(None, "count", *ask, "--json")

    steps = out.split("working\n")[1].splitlines()
    assert steps[0].startswith("  1. Wed 2026-09-16")
    assert steps[1].startswith("     2026年9月16日（周三）")
    found = json.loads(raw)
    assert len(found["working"]) == len(found["working_zh"]) == len(steps) / 2


def test_provisional_count_gives_no_legal_date(run: Run) -> None:
    """Past the official calendar the end is said to be unknown, in words and in JSON, in every reading."""
    ask = ["--regime", "cn-civil-procedure", "--from", "2027-09-16", "--period", "15 days"]

    _, out, _ = run(None, "count", *ask)
    found = json.loads(run(None, "count", *ask, "--json")[1])

    assert "legal        none yet" in out
    assert (found["legal"], found["last_moment"], found["provisional"]) == (None, None, True)
    assert all(reading["legal"] is None for reading in found["disputed"] or ())


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (ITC[:4], "got no --period; allowed: --regime, --from and --period, or --batch"),
        ([*ITC[:3], "2026-13-01", *ITC[4:]], "allowed: 2026-11-16, or 2026-11-16T09"),
        ([*ITC[:3], "20261116", *ITC[4:]], "allowed: 2026-11-16, or 2026-11-16T09"),
        ([*ITC[:3], "2026-11-16T09:00:00", *ITC[4:]], "allowed: 2026-11-16, or 2026-11-16T09"),
        (["--regime", "us-itx", *ITC[2:]], "regime: got 'us-itx'; allowed: us-frcp, "),
        ([*ITC, "--calendar", "XX"], "options.calendar: got 'XX'; allowed in us-itc: US"),
        ([*ITC, "--option", "nope=1"], "options: got nope; allowed: calendar, "),
        ([*ITC, "--option", "calendar=US", "--calendar", "US"], "the same as --calendar"),
        ([*ITC, "--batch", "x"], "--batch: got other options; allowed: --batch alone"),
        (["--batch", "missing.jsonl"], "--batch: got missing.jsonl, No such file"),
        ([*ITC[:3], "9999-12-30", *ITC[4:]], "within the years 1 to 9999"),
        (["--regime", "elapsed-hours", *ITC[2:4], "--period", "72 hours"], "with its offset"),
        (["--regime", "eu-1182", *ITC[2:4], "--period", "2 business-days"], "a Member State"),
        (["us-itc", "2026-11-16", "12 days"], ""),
    ],
    ids=str,
)
def test_count_refuses_what_it_would_have_to_guess(
    arguments: Sequence[str], allowed: str, run: Run
) -> None:
    """Bad input ends with 2 and says what is allowed; nothing is printed as a date."""
    code, out, err = run(None, "count", *arguments)

    assert (code, out) == (2, "")
    assert allowed in err


def test_count_backward_and_with_options_is_told_so(run: Run) -> None:
    """Direction, lists with commas and words that are true or false reach the regime."""
    ask = [
        "--regime",
        "us-frcp",
        "--from",
        "2026-11-30",
        "--period",
        "7 days",
        "--before",
        "--json",
    ]
    told = [
        "--option",
        "closed=2026-11-23,2026-11-24",
        "--option",
        "court_timezone=America/Chicago",
    ]

    found = json.loads(run(None, "count", *ask, *told)[1])

    assert found["direction"] == "before"
    assert found["options"]["closed"] == ["2026-11-23", "2026-11-24"]
    assert found["last_moment"].endswith("-06:00")


def test_batch_agrees_with_every_worked_example(run: Run) -> None:
    """Each line of the examples, with all its other keys, is answered by the dates it expects."""
    code, out, err = run(None, "count", "--batch", VECTORS)

    asked = [json.loads(line) for line in VECTORS.read_text("utf-8").splitlines()]
    found = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [item["id"] for item in found] == [item["id"] for item in asked]
    for item, answer in zip(asked, found, strict=True):
        assert list(answer) == KEYS
        assert len(answer["working"]) >= 2
        for key, expected in item["expect"].items():
            got = answer[key]
            got = moment(got) if isinstance(got, str) else got
            assert agrees(got, expected), (item["id"], key)


def test_batch_line_is_null_where_nothing_applies(run: Run, tmp_path: Path) -> None:
    """Without options and direction none are told and the count runs forward; absent things are null."""
    code, (answer, other) = batch(run, tmp_path, LINE, LINE | {"options": {"service": "mail"}})

    assert code == 0
    assert {key: answer[key] for key in KEYS if key != "working"} == {
        "id": "L",
        "raw": "2026-11-28",
        "legal": "2026-11-30",
        "safe": "2026-11-27",
        "final": None,
        "provisional": False,
        "disputed": None,
        "warnings": [],
    }
    assert [set(reading) for reading in other["disputed"]] == [
        {"raw", "legal", "says", "authority"}
    ] * 2


def test_batch_writes_instants_in_the_zone_of_the_court(run: Run, tmp_path: Path) -> None:
    """The offset is the court's, else that of the regime's zone, else the one the trigger has."""
    line = {
        **LINE,
        "regime": "elapsed-hours",
        "trigger": "2026-11-16T09:40:00-06:00",
        "period": "48 hours",
    }
    chinese = line | {"regime": "cn-civil-procedure"}
    court = {"options": {"court_timezone": "Asia/Tokyo"}}

    code, found = batch(run, tmp_path, line, line | court, chinese, chinese | court)

    assert code == 0
    assert [answer["safe"] for answer in found] == [
        "2026-11-18T09:40:00-06:00",
        "2026-11-19T00:40:00+09:00",
        "2026-11-18T23:40:00+08:00",
        "2026-11-19T00:40:00+09:00",
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "got no JSON"),
        ("[1]", "got list; allowed: one JSON object a line"),
        ("[" * 100_000, "got no JSON"),
        ('{"id": "L", "regime": "us-itc", "regime": "us-frcp"}', "a key stands twice"),
        (LINE | {"regime": "us-itx"}, "regime: got 'us-itx'; allowed: us-frcp"),
        (LINE | {"regime": None}, "regime: got nothing; allowed: text"),
        (LINE | {"options": {"calendar": "XX"}}, "options.calendar: got 'XX'; allowed in us-itc"),
        (LINE | {"options": {"nope": 1}}, "options: got nope; allowed: calendar"),
        (LINE | {"options": {"closed": "2026-11-30"}}, "options.closed: got '2026-11-30'"),
        (LINE | {"options": []}, "options: got []; allowed: an object"),
        (LINE | {"option": {"service": "mail"}}, "got the key 'option'; allowed: direction, options"),
        (LINE | {"direction": "behind"}, "direction: got 'behind'; allowed: after, before"),
        (LINE | {"trigger": "2026-11-16T09:00:00"}, "allowed: 2026-11-16, or 2026-11-16T09:40:00-06:00"),
        (LINE | {"trigger": 20261116}, "trigger: got 20261116; allowed: text"),
        (LINE | {"trigger": "9999-12-30"}, "within the years 1 to 9999"),
        (LINE | {"period": "0 days"}, "period: got '0 days'; allowed: such as `12 days`"),
        (LINE | {"regime": "elapsed-hours", "period": "72 hours"}, "with its offset"),
        (LINE | {"regime": "eu-1182", "period": "2 business-days"}, "a Member State"),
        (LINE | {"id": "\ud800", "period": "x"}, "period: got 'x'"),
    ],
    ids=[
        "no-json", "list", "deep", "twice", "regime", "no-regime", "calendar", "option", "form", "options",
        "misspelt", "direction", "naive", "number", "year", "period", "hours", "business-days", "surrogate",
    ],
)  # fmt: skip
def test_batch_goes_on_after_a_line_it_refuses(
    line: Mapping[str, Any] | str, says: str, run: Run, tmp_path: Path
) -> None:
    """The answer of a bad line is its id and why, the others are counted, and the exit code is 1."""
    code, found = batch(run, tmp_path, LINE, "", line, LINE | {"id": 3})

    assert code == 1
    assert [answer["id"] for answer in found] == [
        "L",
        line.get("id") if isinstance(line, Mapping) else None,
        3,
    ]
    assert found[1].keys() == {"id", "error"}
    assert found[1]["error"].startswith("line 3: ")
    assert says in found[1]["error"]
    assert found[0]["legal"] == found[2]["legal"] == "2026-11-30"


def test_batch_answers_each_line_as_it_comes() -> None:
    """A program that asks line by line waits for no other line."""
    command = [sys.executable, "-m", "breachbook", "count", "--batch", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(json.dumps(LINE | {"id": number}).encode() + b"\n")
            process.stdin.flush()

            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait() == 0


def test_batch_reads_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hyphen is standard input; a byte order mark before the first line is no fault."""
    stdin = io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbf" + json.dumps(LINE).encode()))
    monkeypatch.setattr("sys.stdin", stdin)

    code, out, _ = run(None, "count", "--batch", "-")

    assert code == 0
    assert json.loads(out)["legal"] == "2026-11-30"


def test_count_knows_the_calendars_of_its_workspace(run: Run, tmp_path: Path) -> None:
    """An organisation adds the calendar of a place we have none for; elsewhere it stays unknown."""
    (tmp_path / MARK).touch()
    path = tmp_path / "law" / "calendars" / "fi.yaml"
    path.parent.mkdir(parents=True)
    text = (CORPUS / "valid" / "calendar-of-every-kind-of-day.yaml").read_text("utf-8")
    path.write_text(text.replace("calendar: US", "calendar: FI"), "utf-8")
    ask = ["--regime", "eu-1182", "--from", "2026-12-03", "--period", "3 days", "--calendar", "FI"]

    code, out, _ = run(tmp_path, "count", *ask, "--json")

    assert code == 0
    assert json.loads(out)["legal"] == "2026-12-07"  # the sixth is Independence Day, and a Sunday
    assert run(None, "count", *ask)[0] == 2
