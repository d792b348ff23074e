"""The engine obtains time-stamps by itself: real authorities, real HTTP, and nothing waits for a dead one."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from breachbook import records
from breachbook.agenda import PILLARS, Stamp
from breachbook.canonical import sha256
from breachbook.errors import DamageError
from breachbook.events import Draft
from breachbook.executor import Executor
from breachbook.exhibit_book import TimeStamp
from breachbook.timestamp import examine, kept
from breachbook.timestamp.obtaining import attempt
from tests.authority import (
    Forge,
    Listening,
    Make,
    OpenSsl,
    certify,
    forge,
    judged_by_openssl,
    reached,
    replying,
    root,
    serving,
)
from tests.cases_core import COUNSEL, Case, waits_for_triage
from tests.terminal import Run, terminal

SEALING = frozenset({"preserve", "stamp"})

pytestmark = pytest.mark.needs("openssl")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> OpenSsl:
    """An authority of openssl's own."""
    return OpenSsl(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: OpenSsl) -> Iterator[Listening]:
    """The authority, listening on the loopback."""
    with serving(replying(authority.stamp)) as listening:
        yield listening


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter whose shared folder was sealed just now, by the machine's own clock, which is openssl's too."""
    case = waits_for_triage(tmp_path_factory.mktemp("sealed") / "w")
    case.clock.now = datetime.now(UTC)
    case.answer()
    advance(case)
    return case


@pytest.fixture
def case(sealed: Case, tmp_path: Path) -> Case:
    """The matter, which nobody was asked to time-stamp yet."""
    made = sealed.copy(tmp_path / "w")
    made.clock.now = datetime.now(UTC)
    return made


def configure(case: Case, *rows: dict[str, Any]) -> None:
    """Add authorities to breachbook.toml."""
    text = ""
    for row in rows:
        given = {"id": "stamps", "legal_class": "plain", "roots": "stamps.pem"} | row
        text += "\n[[evidence.authorities]]\n"
        text += "".join(f"{key} = {value!r}\n" for key, value in given.items())
    with (case.workspace.root / "breachbook.toml").open("a") as file:
        file.write(text)


def advance(
    case: Case, kinds: frozenset[str] = SEALING, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Let the engine do everything of some kinds, then something else, and then wait for the authorities."""

    async def run() -> None:
        executor = Executor(case.workspace, case.library)
        await executor.advance(case.id, kinds)
        meanwhile()
        await executor.stamps.rest()

    asyncio.run(run())


def hang_up(handler: BaseHTTPRequestHandler, given_up: threading.Event) -> None:
    """Take a request, and end without an answer when told so."""
    given_up.wait(60)
    handler.connection.close()


def anchor(case: Case, number: int) -> None:
    """Record an anchor with a checkpoint."""
    file, matter = case.file, case.matter
    checkpoint = file.store.put(b"checkpoint with its nonce, %d" % number)
    data = {"anchor": f"K{number}", "size": matter.seq, "head": matter.head}
    file.transact(lambda _: [Draft("anchor.made", data | {"checkpoint": checkpoint})])


def stamps(case: Case) -> list[TimeStamp]:
    """Give the time-stamps of the first exhibit."""
    return case.matter.evidence.stamps_of("E1")


def seal(case: Case) -> bytes:
    """Read the seal of the first exhibit."""
    return (case.file.folder / "exhibits" / "E1.seal.json").read_bytes()


def test_exhibit_is_stamped_and_verifies_from_the_store_alone(
    case: Case, server: Listening, authority: OpenSsl, tmp_path: Path
) -> None:
    """Request, reply and chain are kept; openssl verifies them, and the examination finds no fault."""
    configure(
        case, {"url": server.url, "roots": str(authority.roots), "legal_class": "qualified-eu"}
    )
    advance(case)
    (stamp,) = stamps(case)
    file = case.file
    token = kept(case.workspace, file.store, stamp)
    found = examine(token, seal(case), now=datetime.now(UTC), not_before=stamp.received_at)

    assert (stamp.authority, stamp.legal_class, stamp.subject) == (
        "stamps", "qualified-eu", sha256(seal(case)),
    )  # fmt: skip
    assert found.faults == ()
    assert found.when is not None
    assert stamp.when == found.when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert stamp.chain is not None
    chain = file.store.get(stamp.chain)
    assert authority.root.pem in chain
    assert authority.signer.pem in chain
    reply = file.store.get(stamp.reply)
    assert judged_by_openssl(tmp_path, reply, chain, found.when, data=seal(case))


def test_only_the_digest_of_the_seal_leaves(
    case: Case, server: Listening, authority: OpenSsl
) -> None:
    """What an authority gets is the digest of a file with a nonce of 256 bits, and nothing of the evidence."""
    configure(case, {"url": server.url, "roots": str(authority.roots)})
    advance(case)
    (request,) = server.got
    exhibit = case.matter.exhibits["E1"]

    assert bytes.fromhex(exhibit.seal_sha256) in request
    assert len(request) < 80
    for digest in (exhibit.manifest_sha256, exhibit.tagmanifest_sha256):
        assert bytes.fromhex(digest) not in request


def test_stamped_exhibit_is_not_stamped_again(
    case: Case, server: Listening, authority: OpenSsl
) -> None:
    """Another look asks nobody."""
    configure(case, {"url": server.url, "roots": str(authority.roots)})
    advance(case)
    lines = case.matter.seq
    advance(case)

    assert len(server.got) == 1
    assert case.matter.seq == lines


def test_try_that_was_overtaken_asks_nobody(
    case: Case, server: Listening, authority: OpenSsl
) -> None:
    """What became due before the stamp was there, and is begun after, is left alone."""
    configure(case, {"url": server.url, "roots": str(authority.roots)})
    advance(case)
    asyncio.run(attempt(case.workspace, case.file, Stamp("E1", "stamps")))

    assert len(server.got) == 1
    assert len(stamps(case)) == 1


def test_dead_authority_is_asked_later_again_and_nothing_waits_for_it(
    case: Case, server: Listening, authority: OpenSsl
) -> None:
    """One that stalls holds up neither the steps nor the other authority, and gets another chance."""
    given_up, seen = threading.Event(), []

    def meanwhile() -> None:
        reached(lambda: bool(stamps(case)))
        seen.append(case.matter)
        given_up.set()

    with serving(lambda handler, _: hang_up(handler, given_up)) as dead:
        configure(
            case,
            {"id": "dead", "url": dead.url, "roots": str(authority.roots), "timeout_seconds": 60},
            {"url": server.url, "roots": str(authority.roots)},
        )
        advance(case, PILLARS["respond"], meanwhile)
        refused = case.matter.evidence.refusals["E1", "dead"]
        case.clock.pass_time(seconds=59)
        advance(case)
        asked_too_early = len(dead.got)
        case.clock.pass_time(seconds=2)
        dead.answer = replying(authority.stamp)
        advance(case)

    assert len(seen[0].approvals) >= 1
    assert [one.authority for one in seen[0].evidence.stamps_of("E1")] == ["stamps"]
    assert (refused.outcome, refused.count) == ("no-answer", 1)
    assert asked_too_early == 1
    assert [one.authority for one in stamps(case)] == ["stamps", "dead"]
    assert case.matter.evidence.refusals == {}


def test_newest_anchor_is_stamped_too(
    case: Case, server: Listening, authority: OpenSsl, tmp_path: Path
) -> None:
    """The checkpoint of an anchor gets its time as a seal does; an older one does not."""
    configure(case, {"url": server.url, "roots": str(authority.roots)})
    for number in (1, 2):
        anchor(case, number)
    advance(case)
    book = case.matter.evidence
    (stamp,) = book.stamps_of("K2")
    reply, root_ = case.file.store.get(stamp.reply), authority.root.pem

    assert book.stamps_of("K1") == []
    assert stamp.subject == book.anchors["K2"].checkpoint
    at = datetime.fromisoformat(stamp.when)
    assert judged_by_openssl(tmp_path, reply, root_, at, data=b"checkpoint with its nonce, 2")


def test_closed_matter_still_gets_its_stamps(
    case: Case, server: Listening, authority: OpenSsl
) -> None:
    """A matter that is over keeps its evidence, and an authority that was away stamps it later."""
    records.close(case.file, COUNSEL, "settled")
    configure(case, {"url": server.url, "roots": str(authority.roots)})
    advance(case)

    assert len(stamps(case)) == 1


def test_try_that_is_under_way_is_not_begun_again(case: Case, authority: OpenSsl) -> None:
    """However often the engine looks, an authority is asked once."""

    async def run() -> bool:
        executor = Executor(case.workspace, case.library)
        await executor.advance(case.id, SEALING)
        begun = executor.stamps.begin(case.id, Stamp("E1", "stamps"))
        await executor.advance(case.id, SEALING)
        given_up.set()
        await executor.stamps.rest()
        return begun

    given_up = threading.Event()
    with serving(lambda handler, _: hang_up(handler, given_up)) as slow:
        configure(case, {"url": slow.url, "roots": str(authority.roots), "timeout_seconds": 60})
        begun = asyncio.run(run())

    assert not begun
    assert len(slow.got) == 1


def test_each_authority_is_asked_for_one_stamp_at_a_time(case: Case, authority: OpenSsl) -> None:
    """Many exhibits do not become many requests at once."""
    met: list[bytes] = []
    meeting = threading.Barrier(2)

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        try:
            meeting.wait(0.5)
            met.append(body)
        except threading.BrokenBarrierError:
            meeting.reset()
        replying(authority.stamp)(handler, body)

    anchor(case, 1)
    with serving(answer) as server:
        configure(case, {"url": server.url, "roots": str(authority.roots)})
        advance(case)

    assert met == []
    assert len(case.matter.evidence.stamps) == 2


@pytest.mark.parametrize(
    ("changes", "fault", "asked"),
    [
        ({"roots": "nowhere.pem"}, "no-roots", 0),
        ({"policy": "1.2.3"}, "rejected", 1),
        ({"name": "CN=Somebody Else"}, "wrong-signer", 1),
        ({"url": "https://stamps.example/"}, "bad-address", 0),
    ],
)
def test_fault_is_recorded_with_its_word(
    case: Case,
    server: Listening,
    authority: OpenSsl,
    changes: dict[str, str],
    fault: str,
    asked: int,
) -> None:
    """What configuration and authority do not agree on is no time-stamp; nothing is sent in vain."""
    configure(case, {"url": server.url, "roots": str(authority.roots)} | changes)
    advance(case)

    assert stamps(case) == []
    assert case.matter.evidence.refusals["E1", "stamps"].outcome == fault
    assert len(server.got) == asked


def test_reply_of_another_key_is_kept_and_not_taken(
    case: Case, server: Listening, authority: OpenSsl
) -> None:
    """A forged reply is refused, and its bytes stay to be looked at."""
    other = root(now=case.clock.now)
    signer = certify(Make(now=case.clock.now), other)
    forged = forge(Forge(b"?", nonce=None, when=case.clock.now), signer, [other])
    server.answer = replying(lambda _: forged)
    configure(case, {"url": server.url, "roots": str(authority.roots)})
    advance(case)
    event = next(event for event in case.events() if event.kind == "timestamp.failed")

    assert stamps(case) == []
    assert event.data["outcome"] == "wrong-imprint"
    assert case.file.store.get(event.data["reply"]) == forged


def test_changed_seal_is_not_sent(case: Case, server: Listening, authority: OpenSsl) -> None:
    """A seal that is no longer the one the journal names gets no time."""
    path = case.file.folder / "exhibits" / "E1.seal.json"
    path.chmod(0o600)
    path.write_bytes(seal(case) + b" ")
    configure(case, {"url": server.url, "roots": str(authority.roots)})
    advance(case)

    assert server.got == []
    assert case.matter.evidence.refusals["E1", "stamps"].outcome == "no-data"


def test_kept_token_that_was_changed_is_damage(
    case: Case, server: Listening, authority: OpenSsl
) -> None:
    """The journal names the bytes of the reply; others are never judged in their place."""
    configure(case, {"url": server.url, "roots": str(authority.roots)})
    advance(case)
    (stamp,) = stamps(case)
    path = case.file.store.path(stamp.reply)
    path.chmod(0o600)
    path.write_bytes(b"other")

    with pytest.raises(DamageError):
        kept(case.workspace, case.file.store, stamp)


def test_authority_that_is_no_longer_configured_has_no_roots(
    case: Case, server: Listening, authority: OpenSsl
) -> None:
    """A token of one stays readable, and is trusted only by what is configured or given."""
    configure(case, {"url": server.url, "roots": str(authority.roots)})
    advance(case)
    (stamp,) = stamps(case)
    toml = case.workspace.root / "breachbook.toml"
    toml.write_text(toml.read_text().replace("id = 'stamps'", "id = 'renamed'"))
    token = kept(case.workspace, case.file.store, stamp)
    found = examine(token, seal(case), now=datetime.now(UTC), not_before=None)

    assert (token.authority.id, token.roots) == ("stamps", b"")
    assert found.faults == ("no-roots",)


def test_what_is_not_stamped_yet_is_shown_with_the_reason(
    case: Case, authority: OpenSsl, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever looks at a matter sees that an exhibit has no time yet, and why."""
    run: Run = terminal(capsys)
    before = run(case.workspace.root, "show", case.id, "--as", "helen-marsh")[1]
    configure(case, {"url": "http://127.0.0.1:1/", "roots": str(authority.roots)})
    advance(case)
    after = run(case.workspace.root, "show", case.id, "--as", "helen-marsh")[1]
    listed = run(case.workspace.root, "evidence", "list", case.id, "--as", "helen-marsh")[1]

    assert "not yet time-stamped" in before
    assert "not yet time-stamped (stamps: no-answer)" in after
    assert "not yet time-stamped (stamps: no-answer)" in listed
