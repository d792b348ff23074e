"""Events: a closed list, no free text, and a line that anybody's tools can verify."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from breachbook.errors import DamageError, StoreError
from breachbook.events import (
    ENGINE,
    FIRST_PREV,
    KINDS,
    Actor,
    Draft,
    check,
    decode,
    encode,
    instant,
    stamp,
)
from tests.builders import NOON, SOFTWARE, SOME_COMMITMENT, note, opened

GOLDEN = Path(__file__).parent / "golden" / "event-line.jsonl"


def line(draft: Draft, seq: int = 1, prev: str = FIRST_PREV) -> bytes:
    """Write a draft as its line."""
    check(draft)
    at, clock = stamp(NOON), {"mono_ns": 1, "synced": True}
    return encode(draft, seq=seq, at=at, clock=clock, software=SOFTWARE, prev=prev)[1]


def test_line_is_the_golden_one() -> None:
    """The format of a line is fixed: an earlier version wrote the same bytes."""
    assert line(opened()) == GOLDEN.read_bytes()


def test_line_verifies_by_the_documented_recipe() -> None:
    """``sed`` and ``sha256sum``, as the module says, give the hash that the line ends with."""
    recipe = "sed 's/,\"hash\":\"[0-9a-f]*\"}$/}/' | tr -d '\\n' | sha256sum"
    shell = shutil.which("sh") or "sh"
    done = subprocess.run(
        [shell, "-c", recipe], input=line(opened()), capture_output=True, check=True
    )

    assert done.stdout.split()[0].decode() == json.loads(line(opened()))["hash"]


def test_line_keeps_every_key() -> None:
    """A line says who, when, by which clock, what, how privileged and by what program."""
    raw = json.loads(
        line(Draft("note.added", note().data, Actor("a", "slack", "b"), "work-product"))
    )

    assert raw["actor"] == {"acting_for": "b", "method": "slack", "person": "a"}
    assert (raw["v"], raw["seq"], raw["at"]) == (1, 1, "2026-11-16T18:00:00.000000Z")
    assert (raw["privilege"], raw["software"]) == ("work-product", SOFTWARE)
    assert raw["prev"] == FIRST_PREV
    assert raw["clock"] == {"mono_ns": 1, "synced": True}


def test_decode_gives_back_what_was_encoded() -> None:
    """Reading a line gives the event that was written."""
    event, raw = encode(
        note(), seq=4, at=stamp(NOON), clock={"mono_ns": 1}, software=SOFTWARE, prev="b" * 64
    )

    assert decode(raw[:-1], seq=4, prev="b" * 64, where="here") == event
    assert event.when == NOON


def resealed(change: dict[str, Any]) -> bytes:
    """Write a line with other content and a hash that fits it."""
    raw = {key: value for key, value in json.loads(line(note())).items() if key != "hash"}
    body = json.dumps(raw | change, sort_keys=True, separators=(",", ":")).encode()
    own = hashlib.sha256(body).hexdigest()
    return body[:-1] + f',"hash":"{own}"}}'.encode()


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (resealed({"v": 2}), "has format 2"),
        (resealed({"seq": 2}), "does not follow"),
        (resealed({"prev": "b" * 64}), "does not follow"),
        (line(note())[:-1].replace(b'"N1"', b'"N2"'), "does not match its hash"),
        (line(note())[:-1].upper(), "does not match its hash"),
        (b"", "does not match its hash"),
        (b"\0" * 200, "does not match its hash"),
        (b"{}", "does not match its hash"),
    ],
)
def test_decode_refuses_what_does_not_fit(raw: bytes, told: str) -> None:
    """A line of another format, number or predecessor, or with any byte changed, is damage."""
    with pytest.raises(DamageError, match=told):
        decode(raw, seq=1, prev=FIRST_PREV, where="here")


@pytest.mark.parametrize("raw", [b"[1]", b'{"v":1}', b'"text"', b"no json", b"{\xff}"])
def test_decode_refuses_a_sealed_line_that_is_no_event(raw: bytes) -> None:
    """A line whose hash fits but which is not an event of ours is damage too, not a crash."""
    own = hashlib.sha256(raw[:-1] + b"}").hexdigest()
    sealed = raw[:-1] + f',"hash":"{own}"}}'.encode()

    with pytest.raises(DamageError):
        decode(sealed, seq=1, prev=FIRST_PREV, where="here")


@pytest.mark.parametrize(
    "text",
    [
        "two words",
        "Ürümqi",
        "line\nbreak",
        "",
        "-leading",
        "x" * 257,
        "semi;colon",
        "50%",
        "a(b)",
        "陌桥",
        "trailing\n",
    ],
)
def test_free_text_is_refused(text: str) -> None:
    """Anything a person could have written in his own words is refused outside a commitment."""
    for data in ({"text": text}, {"text": [text]}, {"text": {"c": text}}, {"text": {text: "c"}}):
        with pytest.raises(StoreError, match="free text"):
            check(Draft("note.added", {"note": "N1", **data}))


@pytest.mark.parametrize(
    "token",
    [
        "xoxb-1234-abcd",
        "xapp-1-A",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_abcdefghij0123456789",
        "glpat-abc",
        "sk-abcdefghij0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x",
        "AIza" + "a" * 35,
        "note-xoxp-1",
    ],
)
def test_credentials_are_refused(token: str) -> None:
    """What looks like a credential is refused, and the message does not repeat it."""
    with pytest.raises(StoreError, match="looks like a credential") as refused:
        check(Draft("note.added", {"note": "N1", "text": token}))

    assert token not in str(refused.value)


@pytest.mark.parametrize("value", [1.5, float("inf"), b"bytes", {1, 2}, NOON, 2**53])
def test_values_json_does_not_keep_exactly_are_refused(value: object) -> None:
    """Fractions, bytes, sets, dates not written out and too large numbers are refused."""
    with pytest.raises(StoreError, match=r"note\.added\.text"):
        check(Draft("note.added", {"note": "N1", "text": value}))


def test_keys_of_a_kind_are_closed() -> None:
    """A missing or unknown key, kind, privilege or way of identifying is refused by name."""
    with pytest.raises(StoreError, match="lacks text"):
        check(Draft("note.added", {"note": "N1"}))
    with pytest.raises(StoreError, match="unknown keys extra"):
        check(Draft("note.added", {"note": "N1", "text": SOME_COMMITMENT, "extra": 1}))
    with pytest.raises(StoreError, match=r"note\.made"):
        check(Draft("note.made", {}))
    with pytest.raises(StoreError, match="privilege"):
        check(Draft("note.added", note().data, ENGINE, "secret"))
    with pytest.raises(StoreError, match="identifying"):
        check(Draft("note.added", note().data, Actor("a", "e-mail")))


@pytest.mark.parametrize("person", ["Helen Marsh", "", "a\nb"])
def test_actor_is_an_id(person: str) -> None:
    """Who did it is an id: a name would be personal data that cannot be erased."""
    with pytest.raises(StoreError, match="actor"):
        check(Draft("note.added", note().data, Actor(person, "example")))
    with pytest.raises(StoreError, match="actor"):
        check(Draft("note.added", note().data, Actor("a", "example", person)))


def test_every_kind_is_named_noun_and_deed() -> None:
    """Kinds are ``noun.verb`` and no key is both required and optional."""
    for kind, (required, optional) in KINDS.items():
        assert re.fullmatch(r"[a-z]+\.[a-z]+", kind)
        assert not required & optional


@pytest.mark.parametrize("text", ["2026-11-16", "2026-11-16T09:20:00", "yesterday"])
def test_instant_needs_a_zone(text: str) -> None:
    """A time without a zone is no instant."""
    with pytest.raises(ValueError, match=r"zone|isoformat"):
        instant(text)


def test_instant_and_stamp_agree() -> None:
    """An instant written with another offset is the same one in UTC."""
    assert stamp(instant("2026-11-17T02:00:00+08:00")) == "2026-11-16T18:00:00.000000Z"
