"""Time-stamps are judged as RFC 3161 has it: no bad one is taken, no good one refused, and openssl agrees."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from breachbook.timestamp import FAULTS, SKEW, Examined, Token, examine
from tests.authority import (
    NOW,
    POLICY,
    STAMPS,
    Forge,
    Make,
    OpenSsl,
    Pair,
    certify,
    forge,
    judged_by_openssl,
    name,
    query,
    root,
    settings,
)

DATA = b"a seal with its nonce"
SERVER = ExtendedKeyUsageOID.SERVER_AUTH
ROOT = root()
SIGNER = certify(Make(), ROOT)
OTHER = root("Another Root")
MIDDLE = certify(Make("Example Middle", ca=True, usages=()), ROOT)
BELOW = certify(Make("Signer Below"), MIDDLE)

pytestmark = pytest.mark.needs("openssl")


@dataclass(frozen=True)
class Row:
    """One crafted token and its verdict.

    Attributes:
        openssl: What openssl must say; None where it does not look at what is wrong.
    """

    id: str
    fault: str | None
    forged: Forge = field(default_factory=lambda: Forge(DATA))
    signer: Pair = SIGNER
    parents: Sequence[Pair] = (ROOT,)
    roots: bytes = ROOT.pem
    request: bytes = query(DATA)
    data: bytes = DATA
    wanted: dict[str, Any] = field(default_factory=dict)
    openssl: bool | None = False


def _signed(id_: str, fault: str | None, openssl: bool | None = False, **changes: Any) -> Row:
    return Row(id_, fault, signer=certify(Make(**changes), ROOT), openssl=openssl)


NUMBER = SIGNER.certificate.serial_number
_SUBJECT = SIGNER.certificate.subject
GOOD = [
    Row("in-order", None),
    Row("certificates-out-of-order", None, Forge(DATA, sorted=False)),
    Row("first-version-of-the-binding", None, Forge(DATA, version_1=True)),
    Row("binding-names-the-chain-too", None, Forge(DATA, named=[SIGNER.der, ROOT.der])),
    Row("binding-with-the-number", None, Forge(DATA, numbered=NUMBER)),
    Row("first-version-with-the-number", None, Forge(DATA, numbered=NUMBER, version_1=True)),
    Row("only-the-signer-embedded", None, parents=()),
    Row("granted-with-modifications", None, Forge(DATA, status="granted_with_mods")),
    Row("names-its-signer", None, Forge(DATA, tsa=_SUBJECT)),
    Row("configured-name", None, wanted={"name": _SUBJECT.rfc4514_string()}),
    Row("configured-policy", None, request=query(DATA, policy=POLICY), wanted={"policy": POLICY}),
    Row("no-nonce-asked-for", None, Forge(DATA, nonce=None), request=query(DATA, nonce=None)),
    Row("through-a-middle", None, signer=BELOW, parents=(MIDDLE,)),
    Row("middle-known-beforehand", None, signer=BELOW, parents=(), roots=MIDDLE.pem + ROOT.pem),
    _signed("signer-valid-then-only", None, days=(-30, 0.5)),
]
BAD = [
    Row("of-other-bytes", "wrong-imprint", data=b"another seal", request=query(b"another seal")),
    Row("imprint-of-other-bytes", "wrong-imprint", Forge(b"another seal")),
    Row("weak-imprint", "wrong-imprint", Forge(DATA, algorithm="sha1")),
    Row("another-root", "untrusted", roots=OTHER.pem),
    Row("another-nonce", "wrong-nonce", Forge(DATA, nonce=8)),
    Row("no-nonce", "wrong-nonce", Forge(DATA, nonce=None)),
    Row("not-bound", "unbound", Forge(DATA, bound=False)),
    Row("bound-to-another-certificate", "unbound", Forge(DATA, named=[ROOT.der])),
    Row("bound-to-another-first", "unbound", Forge(DATA, named=[ROOT.der, SIGNER.der])),
    Row("bound-to-a-stranger-too", "unbound", Forge(DATA, named=[SIGNER.der, OTHER.der])),
    Row("first-version-of-another", "unbound", Forge(DATA, named=[ROOT.der], version_1=True)),
    Row("bound-to-another-number", "unbound", Forge(DATA, numbered=NUMBER + 1)),
    Row("first-version-of-another-number", "unbound", Forge(DATA, numbered=NUMBER + 1, version_1=True)),
    Row("rejected", "rejected", Forge(DATA, status="rejection")),
    Row("waiting", "rejected", Forge(DATA, status="waiting")),
    Row("no-certificates", "no-certificate", Forge(DATA, embed=[])),
    Row("only-the-root-embedded", "no-certificate", Forge(DATA, embed=[ROOT])),
    Row("middle-missing", "untrusted", signer=BELOW, parents=()),
    Row("middle-taken-for-a-root", "untrusted", signer=BELOW, parents=(), roots=MIDDLE.pem),
    Row("policy-not-asked-for", "wrong-policy", request=query(DATA, policy="1.2.3")),
    Row("policy-not-configured", "wrong-policy", wanted={"policy": "1.2.3"}, openssl=None),
    Row("names-another", "wrong-signer", Forge(DATA, tsa=name("Somebody Else"))),
    Row("another-than-configured", "wrong-signer", wanted={"name": "CN=Other"}, openssl=None),
    Row("name-that-is-no-name", "wrong-signer", wanted={"name": "Example Signer"}, openssl=None),
    Row("root-signs-itself", "wrong-purpose", signer=ROOT, parents=()),
    _signed("usage-not-critical", "wrong-purpose", critical=False),
    _signed("usage-for-servers-too", "wrong-purpose", usages=(STAMPS, SERVER)),
    _signed("usage-for-servers", "wrong-purpose", usages=(SERVER,)),
    _signed("no-usage", "wrong-purpose", usages=()),
    _signed("issuer-of-certificates", "wrong-purpose", openssl=None, ca=True),
    _signed("signer-expired", "expired", days=(-30, -1)),
    _signed("signer-not-yet-valid", "expired", days=(1, 30)),
    Row("no-roots", "no-roots", roots=b""),
    Row("roots-that-are-none", "no-roots", roots=b"-----BEGIN CERTIFICATE-----\nAAAA\n"),
]  # fmt: skip


def token(row: Row) -> Token:
    """Forge what a row describes."""
    reply = forge(row.forged, row.signer, row.parents)
    return Token(
        settings("stamps", "https://stamps.example", "roots.pem", **row.wanted),
        row.roots,
        row.request,
        reply,
    )


def judge(
    given: Token, data: bytes = DATA, now: datetime = NOW, since: datetime | None = NOW
) -> Examined:
    """Examine at noon of the example."""
    return examine(given, data, now=now, not_before=since)


@pytest.mark.parametrize("row", GOOD, ids=lambda row: row.id)
def test_good_token_is_taken_and_by_openssl_too(row: Row, tmp_path: Path) -> None:
    """What RFC 3161 allows is no fault, in whatever order and version it comes."""
    given = token(row)
    found = judge(given)

    assert found.faults == ()
    assert (found.when, found.serial, found.legal_class) == (NOW, 99, "plain")
    assert judged_by_openssl(tmp_path, given.reply, row.roots, NOW, request=row.request)
    assert judged_by_openssl(tmp_path, given.reply, row.roots, NOW, data=DATA)


@pytest.mark.parametrize("row", BAD, ids=lambda row: row.id)
def test_bad_token_has_its_one_fault_and_openssl_refuses_it_too(row: Row, tmp_path: Path) -> None:
    """Each way to be wrong has its word; openssl gives the same verdict wherever it looks at that."""
    given = token(row)
    found = judge(given, row.data)

    assert found.faults == (row.fault,)
    told = judged_by_openssl(tmp_path, given.reply, row.roots, NOW, request=row.request)
    assert told == (row.openssl is None)


def test_every_fault_has_its_words() -> None:
    """The words of the matrix are all in the closed list."""
    assert {row.fault for row in BAD} <= FAULTS.keys()


def test_token_outlives_its_certificate(tmp_path: Path) -> None:
    """What was valid when it was given still is when the certificate, years later, no longer is."""
    given = token(Row("then", None, signer=certify(Make(days=(-30, 1)), ROOT)))
    found = judge(given, now=NOW + timedelta(days=2000))

    assert found.faults == ()
    assert judged_by_openssl(tmp_path, given.reply, ROOT.pem, NOW, request=query(DATA))
    late = NOW + timedelta(days=2000)
    assert not judged_by_openssl(tmp_path, given.reply, ROOT.pem, late, request=query(DATA))


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        (NOW + SKEW, None),
        (NOW + SKEW + timedelta(seconds=1), "future-time"),
        (NOW + timedelta(days=100), "future-time"),
        (NOW - SKEW, None),
        (NOW - SKEW - timedelta(seconds=1), "early-time"),
    ],
)
def test_time_fits_the_seal_and_the_present_within_five_minutes(
    when: datetime, fault: str | None
) -> None:
    """A token from the future, or older than what it stamps, is refused; clocks may differ a little."""
    found = judge(token(Row("timed", None, Forge(DATA, when=when))))

    assert found.faults == ((fault,) if fault else ())
    assert found.when == when


def test_every_fault_of_a_token_is_named_the_gravest_first() -> None:
    """Several faults are all said."""
    forged = Forge(b"other", nonce=8, policy="1.2.3", bound=False, when=NOW + timedelta(days=1))
    found = judge(
        token(Row("all", None, forged, roots=OTHER.pem, wanted={"policy": POLICY, "name": "CN=X"}))
    )

    assert found.faults == (
        "wrong-imprint", "wrong-nonce", "wrong-policy", "wrong-signer", "unbound", "untrusted", "future-time",
    )  # fmt: skip


def test_without_the_request_only_the_nonce_is_left_out() -> None:
    """A token whose request is lost is judged by the bytes it stamps."""
    given = token(Row("lost", None, request=b""))

    assert judge(given).faults == ()
    assert judge(given, b"other").faults == ("wrong-imprint",)


def test_any_changed_bit_is_found_unless_it_is_in_what_nobody_signed(tmp_path: Path) -> None:
    """Whatever is still accepted after a bit was flipped, openssl accepts too: next to nothing."""
    whole = token(Row("whole", None, parents=()))
    accepted = []
    for place in range(0, len(whole.reply), 3):
        changed = bytearray(whole.reply)
        changed[place] ^= 1 << (place % 8)
        if not judge(Token(whole.authority, whole.roots, whole.request, bytes(changed))).faults:
            accepted.append(bytes(changed))

    assert len(accepted) <= 8
    assert all(
        judged_by_openssl(tmp_path, reply, ROOT.pem, NOW, request=query(DATA))
        for reply in accepted
    )


@pytest.mark.parametrize(
    "reply",
    [b"", b"\x30", b"\x30\x00", b"\x30\x03\x02\x01\x00", b"hello", b"\x30\x80" * 5000, b"\x30\x82\xff\xff" * 9,
     b"<html>busy</html>", b"\xff" * 9000, b"\x30" * (1 << 20), b"\x30\x05\x30\x03\x02\x01\x00"],
)  # fmt: skip
def test_what_is_no_reply_is_malformed_and_never_an_error(reply: bytes) -> None:
    """Whatever bytes an authority answers, there is a verdict."""
    found = judge(Token(token(GOOD[0]).authority, ROOT.pem, query(DATA), reply))

    assert found == Examined(("malformed",), None, None, "plain", None)


def test_truncated_and_lengthened_replies_are_malformed() -> None:
    """A reply ends where it ends."""
    whole = token(GOOD[0])
    cut = [whole.reply[:size] for size in range(0, len(whole.reply), 7)] + [whole.reply + b"\x05"]
    found = {judge(Token(whole.authority, whole.roots, whole.request, one)).faults for one in cut}

    assert found == {("malformed",)}


def test_reply_far_larger_than_a_time_stamp_is_not_read() -> None:
    """Nobody is kept busy by an authority that embeds more than anybody needs."""
    forged = Forge(DATA, embed=[SIGNER, *[ROOT] * 400])
    found = judge(token(Row("large", None, forged)))

    assert found.faults == ("malformed",)


def test_two_certificates_of_one_number_are_malformed() -> None:
    """Which certificate was signed with must not be a matter of order."""
    first = certify(Make(serial=77), ROOT)
    second = certify(Make(serial=77), ROOT)
    found = judge(token(Row("twice", None, signer=first, parents=(second,))))

    assert found.faults == ("malformed",)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> OpenSsl:
    """An authority of openssl's own."""
    return OpenSsl(tmp_path_factory.mktemp("authority"))


def test_reply_of_openssl_is_taken_though_its_certificates_are_out_of_order(
    authority: OpenSsl, tmp_path: Path
) -> None:
    """OpenSSL embeds its chain unsorted; that is no fault, and the bytes stay as they came."""
    request = query(DATA)
    reply = authority.stamp(request)
    given = Token(settings("o", "https://o.example", "r"), authority.root.pem, request, reply)
    present = datetime.now(NOW.tzinfo)
    found = judge(given, now=present, since=present)

    assert found.faults == ()
    assert found.when is not None
    assert judged_by_openssl(tmp_path, reply, authority.root.pem, found.when, request=request)
    assert (
        found.signer
        == x509.load_pem_x509_certificate(authority.signer.pem).subject.rfc4514_string()
    )


def test_openssl_accepts_a_rejection_as_little_as_we_do(
    authority: OpenSsl, tmp_path: Path
) -> None:
    """``openssl ts`` answers a policy it does not have with a rejection, without any token."""
    request = query(DATA, policy="1.2.3.4")
    reply = authority.stamp(request)
    given = Token(settings("o", "https://o.example", "r"), authority.root.pem, request, reply)

    assert judge(given).faults == ("rejected",)
    assert not judged_by_openssl(tmp_path, reply, authority.root.pem, NOW, request=request)
