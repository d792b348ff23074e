"""YAML is read strictly: what a person typed is what we get, every fault named with its line."""

from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from breachbook.errors import ContentError, Problem
from breachbook.source import parse, read, shown, validate


class Row(BaseModel):
    """One row of a made-up file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str
    days: Annotated[int, Field(ge=1)]


class Rows(BaseModel):
    """A made-up file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    rows: list[Row]
    title: str


def problems(text: str | bytes) -> list[Problem]:
    """Give what is wrong with a text."""
    raw = text.encode() if isinstance(text, str) else text
    with pytest.raises(ContentError) as refused:
        parse(raw, "a.yaml")
    return list(refused.value.problems)


@pytest.mark.parametrize(
    "word",
    [
        "2026-11-16",
        "2026-11-16T09:40:00-06:00",
        "12:30",
        "no",
        "yes",
        "on",
        "Off",
        "1.5",
        "1e3",
        "0x10",
        "0o7",
        "010",
        "1_000",
        ".inf",
        "True",
        "12345678901234567",
        "=",
    ],
)
def test_plain_words_stay_text(word: str) -> None:
    """Dates, clock times, yes and no, fractions and odd numbers are the text that was typed."""
    assert parse(f"key: {word}\n".encode(), "a.yaml").data == {"key": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [("0", 0), ("7", 7), ("-3", -3), ("true", True), ("false", False), ("null", None), ("", None)],
)
def test_numbers_and_booleans_are_read(word: str, value: object) -> None:
    """Only whole numbers, true, false and null are anything but text."""
    assert parse(f"key: {word}\n".encode(), "a.yaml").data == {"key": value}


def test_empty_file_is_nothing() -> None:
    """An empty file is read as nothing and left to the model to refuse."""
    source = parse(b"", "a.yaml")

    assert source.data is None
    with pytest.raises(ContentError):
        validate(source, Rows)


def test_repeated_keys_are_refused_with_the_second_line() -> None:
    """A key that stands twice is refused at its second line, at every depth, all at once."""
    found = problems("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 2\n")

    assert [(p.line, p.key) for p in found] == [(5, "b.c"), (6, "a")]
    assert all(p.got == "the same key twice" for p in found)


def test_aliases_are_refused() -> None:
    """An alias, of a list or of a word, is refused, so that a line means what it shows."""
    found = problems("a: &x [1, 2]\nb: *x\nc: &y word\nd: *y\n")

    assert [p.key for p in found] == ["b", "d"]
    assert {p.got for p in found} == {"an alias (*name)"}


def test_alias_bomb_is_refused_quickly() -> None:
    """A text of aliases of aliases costs nothing and is refused."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]

    assert len(problems("\n".join(lines))) <= 9 * 9


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [id]\n",
        "a: !!binary aGk=\n",
        "a: !own 1\n",
        "a: !!float 1.5\n",
        "a: !!timestamp 2026-01-01\n",
    ],
)
def test_tags_are_refused_and_nothing_runs(text: str) -> None:
    """A tag is never obeyed: it is a problem of the line, not an instruction."""
    found = problems(text)

    assert len(found) == 1
    assert (found[0].line, found[0].key, found[0].allowed) == (1, "a", "plain YAML")


def test_tagged_collections_are_refused() -> None:
    """A tag on a mapping or a list is refused as one on a word is."""
    assert problems("a: !!set {b, c}\n")
    assert problems("a: !!python/tuple [1]\n")


def test_number_tag_on_text_is_a_problem_and_not_a_crash() -> None:
    """A text forced to be a number, a boolean or null is a problem of its line."""
    found = problems("a: 1\nb: !!int x\nc: !!bool maybe\nd: !!null x\ne: !!int 0x1F\n")

    assert [p.line for p in found] == [2, 3, 4, 5]


def test_merge_key_is_no_instruction() -> None:
    """The merge key of YAML 1.1 is an ordinary, unknown key."""
    data = parse(b"<<: {a: 1}\n", "a.yaml").data

    assert data == {"<<": {"a": 1}}


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    """Bytes that are no UTF-8 are named with the line they stand on."""
    found = problems(b"a: 1\nb: \xff\xfe\n")

    assert [(p.line, p.got) for p in found] == [(2, "bytes that are not UTF-8")]


def test_huge_files_are_refused_before_they_are_read() -> None:
    """A file over 4 MiB is refused by its size."""
    found = problems(b"a: " + b"x" * (4 * 1024 * 1024))

    assert found[0].allowed == "at most 4194304 bytes"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000 + "]" * 5000,
        "[" * 100 + "]" * 100,
        "{a: " * 5000 + "1" + "}" * 5000,
        "{a: " * 100 + "1" + "}" * 100,
        "- " * 5000 + "a",
        "- " * 100 + "a",
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    """Nesting that no person writes is a problem of the file and never a crash."""
    (found,) = problems(text)

    assert "nest" in found.got


def test_control_characters_are_refused() -> None:
    """A control character is refused with a message that shows none."""
    found = problems("a: x\x07y\n")

    assert str(found[0]).isprintable()


def test_unfinished_yaml_is_refused_with_its_line() -> None:
    """A syntax error names the line."""
    found = problems("a: 1\nb: [1, 2\nc: 3\n")

    assert found[0].line == 3


def test_several_documents_are_refused() -> None:
    """Two documents in one file are refused."""
    assert problems("a: 1\n---\nb: 2\n")[0].allowed == "valid YAML"


def test_key_that_is_not_text_is_refused() -> None:
    """A list as a key is refused; a number as a key is its text."""
    assert problems("? [a, b]\n: 1\n")[0].got == "a key that is not text"
    assert parse(b"1: a\n", "a.yaml").data == {"1": "a"}


def test_lines_are_those_of_the_keys() -> None:
    """Every key path knows its line, and an unknown one that of what encloses it."""
    source = parse(b"# comment\na:\n  - b: 1\n    c: 2\n  -\n    b: 3\n", "a.yaml")

    assert source.line(("a", 0, "c")) == 4
    assert source.line(("a", 1, "b")) == 6
    assert source.line(("a", 0, "missing")) == 3


def test_validate_names_every_problem_at_once() -> None:
    """A missing key, an unknown one and two wrong values are told together, with line and path."""
    text = b"rows:\n  - id: a\n    days: soon\n  - id: b\n    days: 0\n    dayz: 3\n"
    with pytest.raises(ContentError) as refused:
        validate(parse(text, "a.yaml"), Rows)

    told = {(p.line, p.key) for p in refused.value.problems}
    assert told == {(3, "rows.0.days"), (5, "rows.1.days"), (6, "rows.1.dayz"), (1, "title")}


def test_unknown_key_is_told_what_is_allowed() -> None:
    """The message for an unknown key lists the keys that may stand there."""
    text = b"title: t\nrows:\n  - {id: a, days: 1, dayz: 3}\n"
    with pytest.raises(ContentError) as refused:
        validate(parse(text, "a.yaml"), Rows)

    assert str(refused.value) == (
        "a.yaml:3: rows.0.dayz: got the unknown key dayz; allowed: one of id, days"
    )


def test_read_names_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file and a folder in its place are problems, not tracebacks."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(ContentError) as refused:
            read(path)
        assert refused.value.problems[0].allowed == "a readable file"


def test_shown_is_short_and_on_one_line() -> None:
    """What a message shows of a value is one printable line."""
    text = shown("a\nb\x1b[31m" + "c" * 200)

    assert text.isprintable()
    assert len(text) == 80


def outcome(raw: bytes) -> str:
    """Say what became of reading some bytes."""
    try:
        parse(raw, "a.yaml")
    except ContentError as refused:
        return "problems" if refused.problems else "refused without a reason"
    return "data"


@given(st.binary(max_size=60))
def test_parse_never_fails_otherwise(raw: bytes) -> None:
    """Whatever the bytes, the answer is data or a list of problems."""
    assert outcome(raw) in ("data", "problems")


@given(st.text("ab:-[]{}&*!|>#'\"\n ?,%@0", max_size=40))
def test_parse_never_fails_on_yaml_like_text(text: str) -> None:
    """Whatever the punctuation, the answer is data or a list of problems."""
    assert outcome(text.encode()) in ("data", "problems")
