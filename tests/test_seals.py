"""The seal of an exhibit: what it pins, who signed it, and its place in the journal and among other seals."""

import json
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from breachbook.canonical import canonical
from breachbook.custody import Sealed
from breachbook.errors import VerificationError
from breachbook.seal import public_key, public_pem, seal_path, verify
from breachbook.seal.envelope import PAYLOAD_TYPE, pre_authentication, unwrap, wrap
from tests.authority import NOW
from tests.exhibits import AT, HEAD, KEY, inspect, named, plain_source, preserve, rewrite


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    """A small sound exhibit."""
    return preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits")


def test_verify_catches_the_seal_of_another_exhibit(sealed: Sealed, tmp_path: Path) -> None:
    """A seal fits one bag only, though key and form of another one are as good."""
    other = preserve(tmp_path / "share", tmp_path / "exhibits", "E2")
    seal_path(sealed.path).chmod(0o600)
    seal_path(sealed.path).write_bytes(seal_path(other.path).read_bytes())

    report = inspect(sealed)
    assert report.layer("seal").status == "invalid"
    assert report.layer("journal").status == "invalid"
    assert ("disagrees", "E1.seal.json") in named(report)


def test_verify_catches_a_bag_that_another_key_sealed_whole(
    sealed: Sealed, tmp_path: Path
) -> None:
    """Manifests, record and seal all made anew with a key of the attacker's fail against ours."""
    (tmp_path / "share/list.csv").write_bytes(b"forged")
    forged = preserve(
        tmp_path / "share", tmp_path / "forged", key=Ed25519PrivateKey.generate(), now=lambda: AT
    )

    report = verify(forged.path, public_keys=[KEY.public_key()])

    assert report.layer("payload").status == report.layer("seal").status == "valid"
    assert report.layer("signature").status == "invalid"


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        ({"cd" * 32: None}, "names no line of this journal"),
        ({HEAD: "12" * 32}, "names another seal before it than the journal does"),
    ],
)
def test_verify_catches_a_seal_out_of_its_place(
    sealed: Sealed, heads: dict[str, str | None], words: str
) -> None:
    """A seal stands after one line of one journal, and after the one seal that was the newest then."""
    report = inspect(sealed, heads=heads)

    assert report.layer("journal").status == "invalid"
    assert words in report.layer("journal").reason


def test_verify_catches_a_break_in_the_chain_of_seals(sealed: Sealed, tmp_path: Path) -> None:
    """An exhibit names the seal before it, so an earlier one cannot be sealed anew unseen."""
    second = preserve(
        tmp_path / "share", tmp_path / "exhibits", "E2", previous_seal=sealed.seal_sha256
    )
    whole = inspect(second, heads={HEAD: sealed.seal_sha256})
    anew = preserve(tmp_path / "share", tmp_path / "other", "E1", previous_seal=None)

    assert whole.layer("journal").status == "valid"
    broken = inspect(second, heads={HEAD: anew.seal_sha256})
    assert broken.layer("journal").status == "invalid"


def test_verify_names_a_seal_with_a_time_without_zone(sealed: Sealed) -> None:
    """A seal signed with the true key that is not as we write one is malformed, and no crash."""
    stated = json.loads(unwrap(seal_path(sealed.path).read_bytes()).payload)
    stated["sealed_at"] = "2026-11-24T09:30:00"
    rewrite(seal_path(sealed.path), wrap(canonical(stated), KEY))

    report = inspect(sealed, tokens=[], now=NOW)

    assert report.layer("seal").status == "invalid"
    assert report.layer("time-stamps").status == "not-checked"


def test_seal_is_verified_by_openssl(sealed: Sealed, tmp_path: Path) -> None:
    """The signature over the pre-authentication encoding is one that openssl accepts, and no other."""
    envelope = unwrap(seal_path(sealed.path).read_bytes())
    signed = pre_authentication(PAYLOAD_TYPE, envelope.payload)
    (tmp_path / "key").write_bytes(public_pem(KEY))
    (tmp_path / "signature").write_bytes(envelope.signatures[0][1])

    def accepts(data: bytes) -> bool:
        (tmp_path / "signed").write_bytes(data)
        command = [
            "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "signed",
            "-sigfile", "signature",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        return done.returncode == 0

    assert accepts(signed)
    assert not accepts(signed[:-1] + bytes([signed[-1] ^ 1]))


def test_public_key_comes_back_from_its_text() -> None:
    """The exported key verifies; anything else is refused."""
    assert public_key(public_pem(KEY)) == KEY.public_key()
    with pytest.raises(VerificationError, match="an Ed25519 public key"):
        public_key(b"nothing")


def test_verify_catches_a_whole_new_exhibit_in_the_old_ones_place(
    sealed: Sealed, tmp_path: Path
) -> None:
    """Who seals everything anew, with another key, fails against key and journal."""
    (tmp_path / "share/list.csv").write_bytes(b"forged")
    forged = preserve(tmp_path / "share", tmp_path / "forged", key=Ed25519PrivateKey.generate())

    report = inspect(forged, expected_seal_sha256=sealed.seal_sha256)
    assert report.layer("signature").status == "invalid"
    assert report.layer("journal").status == "invalid"
    assert ("changed", "E1.seal.json") in named(report)


def test_verify_catches_an_exhibit_under_another_ones_name(sealed: Sealed, tmp_path: Path) -> None:
    """A bag and its seal cannot be moved to another exhibit id."""
    seal_path(sealed.path).rename(tmp_path / "exhibits/E2.seal.json")
    sealed.path.rename(tmp_path / "exhibits/E2")

    report = verify(tmp_path / "exhibits/E2", public_keys=[KEY.public_key()])
    assert ("disagrees", "E2.seal.json") in named(report)


def test_verify_expects_a_signature_when_given_a_key(tmp_path: Path) -> None:
    """An unsigned seal is not checked without a key and invalid with one."""
    unsigned = preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits", key=None)

    assert verify(unsigned.path).layer("signature").status == "not-checked"
    assert inspect(unsigned).layer("signature").status == "invalid"


@pytest.mark.parametrize("indent", [None, 1])
def test_seal_in_other_bytes_is_not_the_seal(sealed: Sealed, indent: int | None) -> None:
    """A seal has one form: the same content written otherwise is malformed, though its signature fits."""
    value = json.loads(seal_path(sealed.path).read_bytes())
    rewrite(seal_path(sealed.path), json.dumps(value, indent=indent).encode())

    report = verify(sealed.path, public_keys=[KEY.public_key()])

    assert report.layer("seal").status == "invalid"
    assert ("malformed", "E1.seal.json") in named(report)
