"""Values: free text beside the journal, held to its commitment, and erasable."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from breachbook.errors import StoreError
from breachbook.events import Draft
from breachbook.values import Values
from tests.builders import COUNSEL, journal, matter_file, opened
from tests.strategies import json_values


def kept(folder: Path, *values: object) -> list[dict[str, str]]:
    """Keep values durably and give their commitments."""
    store = Values(folder / "values.jsonl")
    commitments = [store.commit(value) for value in values]
    store.flush()
    return commitments


@settings(max_examples=40)
@given(value=json_values)
def test_value_is_read_back(tmp_path: Path, value: Any) -> None:
    """Any value comes back behind its commitment, in another process's eyes too."""
    (commitment,) = kept(tmp_path, value)

    assert Values(tmp_path / "values.jsonl").get(commitment, "missing") == value


def test_same_text_has_another_commitment_each_time(tmp_path: Path) -> None:
    """A commitment is salted: nobody can tell from the journal that two texts are the same."""
    first, second = kept(tmp_path, "Helen Marsh", "Helen Marsh")

    assert first != second


def test_values_of_another_process_are_found(tmp_path: Path) -> None:
    """A value that was written after we last read is found."""
    reader = Values(tmp_path / "values.jsonl")
    assert reader.get({"c": "0" * 64}) is None
    first = kept(tmp_path, "one")[0]
    second = kept(tmp_path, "two")[0]

    assert [reader.get(first), reader.get(second)] == ["one", "two"]


def test_unknown_or_erased_value_is_the_given_substitute(tmp_path: Path) -> None:
    """What was erased or withheld reads as what the caller says, never as an error."""
    values = Values(tmp_path / "values.jsonl")

    assert values.get({"c": "0" * 64}, "withheld") == "withheld"
    assert values.get(None, "none") == "none"


def test_discarded_text_is_not_written(tmp_path: Path) -> None:
    """Text staged for an event that was not written is forgotten."""
    values = Values(tmp_path / "values.jsonl")
    values.commit("never said")
    values.discard()
    values.flush()

    assert not (tmp_path / "values.jsonl").exists()


def test_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Names and reasons are readable by the owner only."""
    kept(tmp_path, "a")

    assert (tmp_path / "values.jsonl").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("torn", [b'{"c":"ab', b"\0" * 30, b"\xff\xfe"])
def test_torn_line_stays_alone(tmp_path: Path, torn: bytes) -> None:
    """A line torn by a crash was never committed to; the next one stands on its own line."""
    (first,) = kept(tmp_path, "one")
    path = tmp_path / "values.jsonl"
    with path.open("ab") as handle:
        handle.write(torn)
    (second,) = kept(tmp_path, "two")

    values = Values(path)
    assert [values.get(first), values.get(second)] == ["one", "two"]
    good, wrong = values.check()
    assert good == {first["c"], second["c"]}
    assert wrong == []


@pytest.mark.parametrize("mask", [0x01, 0x80])
def test_any_changed_byte_is_found(tmp_path: Path, mask: int) -> None:
    """Whatever byte of a value's line changed, its commitment does not hold any more."""
    (commitment,) = kept(tmp_path, {"name": "陌桥", "text": "a\r\nb\u2028c"})
    path = tmp_path / "values.jsonl"
    whole = path.read_bytes()
    held = []
    for place in range(len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= mask
        path.write_bytes(changed)
        if commitment["c"] in Values(path).check()[0]:
            held.append(place)

    assert held == []


def test_line_in_another_form_is_found(tmp_path: Path) -> None:
    """A line that means the same and is written otherwise is not what was committed to."""
    kept(tmp_path, {"b": 1, "a": 2})
    path = tmp_path / "values.jsonl"
    path.write_text(json.dumps(json.loads(path.read_text())) + "\n")

    good, wrong = Values(path).check()
    assert good == set()
    assert wrong == ["values.jsonl: line 1 does not match its commitment"]


def test_journal_verifies_after_a_value_is_erased(tmp_path: Path) -> None:
    """Erasing a value leaves the chain whole and the fold as it was; only the text is gone."""
    file = matter_file(tmp_path)
    file.transact(lambda _: [opened()])
    file.transact(
        lambda _: [
            Draft("note.added", {"note": "N1", "text": file.values.commit("gone")}, COUNSEL)
        ]
    )
    commitment = file.refresh().notes[0][3]
    erased = {"commitment": commitment["c"], "authority": "gdpr-17"}
    file.transact(lambda _: [Draft("value.erased", erased, COUNSEL)])
    (tmp_path / "values.jsonl").write_bytes(b"")

    again = matter_file(tmp_path)
    assert again.refresh().erased == {commitment["c"]}
    assert again.values.get(commitment, "erased") == "erased"
    assert len(journal(tmp_path).read()) == 3


def test_unwritable_file_is_told(tmp_path: Path) -> None:
    """A file that cannot be written is a refusal with its reason."""
    (tmp_path / "values.jsonl").mkdir()
    values = Values(tmp_path / "values.jsonl")
    values.commit("a")

    with pytest.raises(StoreError, match=r"values\.jsonl"):
        values.flush()


def test_rows_open_the_commitments_that_are_asked_for_and_still_hold(tmp_path: Path) -> None:
    """A line whose value was changed, or that nobody asked for, is not handed out."""
    first, second, _ = kept(tmp_path, "first", "second", "third")
    path = tmp_path / "values.jsonl"
    path.write_bytes(path.read_bytes().replace(b"second", b"forged"))

    rows = Values(path).rows([second["c"], first["c"]])

    assert [json.loads(row)["value"] for row in rows] == ["first"]
    assert Values(path).rows([]) == Values(tmp_path / "none").rows([first["c"]]) == []
