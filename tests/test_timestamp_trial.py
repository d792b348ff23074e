"""The trial authority: openssl accepts what it issues, it rejects what it should, and says that it proves nothing."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding

from breachbook.timestamp import Token, chain, examine
from breachbook.timestamp.reply import Response
from breachbook.timestamp.trial import Authority, Keys, answer, keys
from tests.authority import (
    NOW,
    Forge,
    Make,
    certify,
    forge,
    imprint,
    judged_by_openssl,
    query,
    root,
    settings,
)

DATA = b"a seal with its nonce"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Keys of a trial authority."""
    return keys(tmp_path_factory.mktemp("trial") / "demo-tsa", NOW)


def roots(own: Keys) -> bytes:
    """Give its root as PEM."""
    return own.root.public_bytes(Encoding.PEM)


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_openssl_accepts_what_is_issued(own: Keys, tmp_path: Path, algorithm: str) -> None:
    """A second, independent verifier takes every token, by its data and by its request."""
    given = {
        "version": "v1",
        "message_imprint": imprint(DATA, algorithm),
        "nonce": 5,
        "cert_req": True,
    }
    request = tsp.TimeStampReq(given).dump()
    reply = answer(own, request, NOW)

    assert judged_by_openssl(tmp_path, reply, roots(own), NOW, request=request)
    assert judged_by_openssl(tmp_path, reply, roots(own), NOW, data=DATA)


def test_what_is_issued_has_no_fault_and_says_what_it_is_worth(own: Keys) -> None:
    """Its tokens are in order, and its certificates call themselves worthless."""
    token = Token(
        settings("trial", "http://127.0.0.1/", "r", legal_class="trial"),
        roots(own), query(DATA), answer(own, query(DATA), NOW),
    )  # fmt: skip
    found = examine(token, DATA, now=NOW, not_before=NOW)

    assert (found.faults, found.legal_class, found.when) == ((), "trial", NOW)
    assert "worthless as proof" in (found.signer or "")


def test_every_token_has_a_number_of_its_own(own: Keys) -> None:
    """Two tokens for the same request differ in their serial number."""
    token = Token(settings("trial", "-", "r"), roots(own), b"", b"")
    numbers = {
        examine(
            Token(token.authority, token.roots, b"", answer(own, query(DATA), NOW)),
            DATA, now=NOW, not_before=None,
        ).serial
        for _ in range(20)
    }  # fmt: skip

    assert len(numbers) == 20


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (b"", "bad_data_format"),
        (b"hello", "bad_data_format"),
        (query(DATA)[:-4], "bad_data_format"),
        (query(DATA) + b"\x05\x00", "bad_data_format"),
        (query(DATA, policy="1.2.3"), "unaccepted_policy"),
        (tsp.TimeStampReq({"version": "v1", "message_imprint": imprint(DATA, "sha1")}).dump(), "bad_alg"),
        (
            tsp.TimeStampReq(
                {
                    "version": "v1",
                    "message_imprint": {
                        "hash_algorithm": {"algorithm": "sha256"}, "hashed_message": b"short",
                    },
                }
            ).dump(),
            "bad_data_format",
        ),
    ],
)  # fmt: skip
def test_bad_request_is_rejected_with_the_reason(own: Keys, request_: bytes, why: str) -> None:
    """What is no request, or asks for what there is not, gets a rejection and no token."""
    reply = Response.load(answer(own, request_, NOW), strict=True)

    assert reply["status"]["status"].native == "rejection"
    assert reply["status"]["fail_info"].native == {why}
    assert reply["time_stamp_token"].native is None


def test_certificates_are_left_out_when_nobody_asked_for_them(own: Keys) -> None:
    """RFC 3161 embeds certificates only on request."""
    bare = {"version": "v1", "message_imprint": imprint(DATA)}
    reply = answer(own, tsp.TimeStampReq(bare).dump(), NOW)

    assert own.signer.public_bytes(Encoding.DER) not in reply
    assert own.signer.public_bytes(Encoding.DER) in answer(own, query(DATA), NOW)


def test_keys_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    """A restart signs with the same key, so that tokens from before still verify."""
    first = keys(tmp_path / "demo-tsa", NOW)
    second = keys(tmp_path / "demo-tsa", datetime.now(UTC))

    assert (first.signer, first.root) == (second.signer, second.root)
    assert (tmp_path / "demo-tsa").stat().st_mode & 0o077 == 0
    assert (tmp_path / "demo-tsa" / "signer-key.pem").stat().st_mode & 0o077 == 0


def test_chain_holds_each_certificate_once(own: Keys) -> None:
    """Beside a token are the certificates it embeds and the roots it was judged by."""
    other = root()
    signer = certify(Make(), other)
    kept = chain(forge(Forge(DATA), signer, [other]), other.pem + roots(own))

    assert sorted(kept.split(b"-----BEGIN ")[1:]) == sorted(
        pem.removeprefix(b"-----BEGIN ") for pem in (signer.pem, other.pem, roots(own))
    )


@pytest.fixture
def served(own: Keys) -> Iterator[str]:
    """The trial authority, listening on the loopback."""
    authority = Authority(own, 0, lambda: datetime.now(UTC))
    thread = threading.Thread(target=authority.run)
    thread.start()
    yield authority.url
    authority.stop()
    thread.join()


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/timestamp-query", query(DATA), 200),
        ("application/timestamp-query", b"hello", 200),
        ("text/plain", query(DATA), 415),
        ("application/timestamp-query", b"0" * 70000, 413),
        ("application/timestamp-query", b"", 413),
    ],
)
def test_server_takes_small_requests_of_its_kind(
    served: str, kind: str, body: bytes, status: int
) -> None:
    """Another kind of body, none, or a large one is turned away before it is read."""
    got = httpx.post(served, content=body, headers={"Content-Type": kind}, trust_env=False)

    assert got.status_code == status
    if status == 200:
        assert got.headers["Content-Type"] == "application/timestamp-reply"


def test_server_answers_posts_only(served: str) -> None:
    """There is nothing to be read there."""
    assert httpx.get(served, trust_env=False).status_code == 501
