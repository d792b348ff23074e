"""Remote correspondence: a mailbox and a Slack channel, from servers on the loopback."""

import base64
import datetime
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from breachbook.collecting import Order, channel
from breachbook.errors import CustodyError
from breachbook.slack.files import NotFetched, pieces
from breachbook.slack.standin import Standin
from breachbook.slack.web import SlackWeb
from tests.gathering import bench, gather, wanted
from tests.standin_world import CHANNEL, COUNSEL, ENGINEER, SETTINGS, STRANGER, control

# IMAP


@dataclass
class Mailbox:
    """A small mail server over TLS: it answers what a reader asks, and keeps what it was asked."""

    messages: dict[int, bytes]
    port: int = 0
    certificate: Path = Path()
    asked: list[str] = field(default_factory=list)
    meanwhile: bytes | None = None
    instead: dict[str, bytes] = field(default_factory=dict)

    def answer(self, connection: ssl.SSLSocket) -> None:
        """Serve one client to its end."""
        stream = connection.makefile("rwb")
        stream.write(b"* OK ready\r\n")
        stream.flush()
        for raw in stream:
            tag, _, command = raw.decode().strip().partition(" ")
            self.asked.append(command)
            for line in self._lines(command):
                stream.write(line)
            stream.write(f"{tag} OK done\r\n".encode())
            stream.flush()
            if command == "LOGOUT":
                return

    def _lines(self, command: str) -> Iterator[bytes]:
        for start, answer in self.instead.items():
            if command.startswith(start):
                yield answer
                return
        if command.startswith("CAPABILITY"):
            yield b"* CAPABILITY IMAP4rev1\r\n"
        elif command.startswith("EXAMINE"):
            yield f"* {len(self.messages)} EXISTS\r\n* OK [UIDVALIDITY 77] ok\r\n".encode()
        elif command == "UID SEARCH ALL":
            yield f"* SEARCH {' '.join(str(uid) for uid in self.messages)}\r\n".encode()
        elif command.startswith("UID FETCH"):
            yield from self._fetched(int(command.split()[2]), "BODY.PEEK[]" in command)

    def _fetched(self, uid: int, whole: bool) -> Iterator[bytes]:
        body = self.messages[uid]
        if not whole:
            date = b'INTERNALDATE "02-Mar-2026 15:00:00 +0000"'
            yield b"* 1 FETCH (UID %d FLAGS (\\Seen) %b RFC822.SIZE %d)\r\n" % (
                uid,
                date,
                len(body),
            )
            return
        yield b"* 1 FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (uid, len(body), body)
        if self.meanwhile is not None:
            self.messages[max(self.messages) + 1] = self.meanwhile
            self.meanwhile = None


@contextmanager
def served(mailbox: Mailbox, folder: Path) -> Iterator[Mailbox]:
    """Serve a mailbox with a certificate of its own."""
    mailbox.certificate = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(mailbox.certificate)
    listening = socket.create_server(("127.0.0.1", 0))
    mailbox.port = listening.getsockname()[1]

    def serve() -> None:
        try:
            with context.wrap_socket(listening.accept()[0], server_side=True) as connection:
                mailbox.answer(connection)
        except OSError:
            return  # a client that does not trust us hangs up

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield mailbox
    listening.close()
    thread.join(10)


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def from_mailbox(mailbox: Mailbox) -> Order:
    """Order the folder of a mailbox."""
    at = f"imaps://ida%40example.com@localhost:{mailbox.port}/Sent%20Items"
    return wanted("imap", at, secret="env:MAIL", legal_basis="works agreement 7", seconds=20)


def test_mailbox_is_read_without_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages come byte for byte; nothing is asked that could set a flag; the password is told nowhere."""
    first = b"From: ida@example.com\r\nSubject: =?utf-8?b?6LSo6YeP?=\r\n\r\nfirst\r\n"
    with served(Mailbox({3: first, 9: b"Subject: x\r\n\r\n\xff\x00"}), tmp_path) as mailbox:
        monkeypatch.setenv("SSL_CERT_FILE", str(mailbox.certificate))
        made = bench(tmp_path, environment={"MAIL": "hunter-2"})

        found = gather(made, from_mailbox(mailbox))

    assert (made.folder / "3.eml").read_bytes() == first
    assert (made.folder / "9.eml").read_bytes() == b"Subject: x\r\n\r\n\xff\x00"
    words = {command.split()[0] for command in mailbox.asked}
    assert words <= {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}
    fetches = [command for command in mailbox.asked if "BODY" in command]
    assert all("BODY.PEEK[]" in command for command in fetches)
    assert found.findings == ()
    rows = [json.loads(line) for line in found.tags["messages.jsonl"].splitlines()]
    assert [(row["uid"], row["flags"]) for row in rows] == [(3, ["\\Seen"]), (9, ["\\Seen"])]
    assert "hunter-2" not in json.dumps(dict(found.account))


def test_mailbox_that_changes_while_read_is_flagged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that comes while the others are fetched is named as not preserved."""
    with served(Mailbox({3: b"a\r\n\r\nb"}, meanwhile=b"late\r\n\r\n"), tmp_path) as mailbox:
        monkeypatch.setenv("SSL_CERT_FILE", str(mailbox.certificate))
        made = bench(tmp_path, environment={"MAIL": "hunter-2"})

        found = gather(made, from_mailbox(mailbox))

    assert {one.path: one.code for one in found.findings} == {"4.eml": "changed-while-read"}


def test_mailbox_whose_certificate_is_not_trusted_is_refused(tmp_path: Path) -> None:
    """The password is not sent to a server that cannot prove who it is."""
    with served(Mailbox({3: b"a"}), tmp_path) as mailbox:
        made = bench(tmp_path, environment={"MAIL": "hunter-2"})

        with pytest.raises(CustodyError, match="certificate is not trusted"):
            gather(made, from_mailbox(mailbox))

    assert mailbox.asked == []


@pytest.mark.parametrize(
    ("instead", "says"),
    [
        ({"UID SEARCH": b"* SEARCH 3 nine\r\n"}, "lists something else than messages"),
        ({"UID SEARCH": b"* SEARCH " + b"9" * 5000 + b"\r\n"}, "lists something else"),
        ({"UID FETCH": b"* 1 FETCH (UID 3 BODY[] {99999999999}\r\n"}, "announces more"),
        ({"UID SEARCH": b"* SEARCH " + b"3 " * 600_000 + b"\r\n"}, "line is longer"),
    ],
)
def test_mailbox_that_answers_nonsense_is_one_clear_error(
    instead: dict[str, bytes], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer of a server is taken for what it cannot be, or read beyond what is asked for."""
    with served(Mailbox({3: b"a"}, instead=instead), tmp_path) as mailbox:
        monkeypatch.setenv("SSL_CERT_FILE", str(mailbox.certificate))
        made = bench(tmp_path, environment={"MAIL": "hunter-2"})

        with pytest.raises(CustodyError, match=says):
            gather(made, from_mailbox(mailbox))


def test_mailbox_that_never_stops_talking_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer has a size, whatever number of lines it comes in."""
    monkeypatch.setattr("breachbook.collecting.imap._LARGEST_ANSWER", 100_000)
    noise = b"* OK still here\r\n" * 20_000
    with served(Mailbox({3: b"a"}, instead={"UID SEARCH": noise}), tmp_path) as mailbox:
        monkeypatch.setenv("SSL_CERT_FILE", str(mailbox.certificate))
        made = bench(tmp_path, environment={"MAIL": "hunter-2"})

        with pytest.raises(CustodyError, match="longer than any that is read"):
            gather(made, from_mailbox(mailbox))


def test_mailbox_that_stalls_is_left_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that falls silent, or sends byte after byte, holds nobody beyond the source's seconds."""
    over = threading.Event()

    class Dripping(Mailbox):
        def _lines(self, command: str) -> Iterator[bytes]:
            if not command.startswith("UID SEARCH"):
                yield from super()._lines(command)
                return
            while not over.wait(0.05):
                yield b"* OK " + b"." * 9000 + b"\r\n"

    with served(Dripping({3: b"a"}), tmp_path) as mailbox:
        monkeypatch.setenv("SSL_CERT_FILE", str(mailbox.certificate))
        made = bench(tmp_path, environment={"MAIL": "hunter-2"})

        with pytest.raises(CustodyError, match="took longer than 1 s"):
            gather(made, replace(from_mailbox(mailbox), seconds=1))
        over.set()


# Slack


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[Standin]:
    """A stand-in whose matter channel has two messages, a thread and a file."""
    with Standin(tmp_path / "slack.json") as made:
        made.state.forget(SETTINGS)
        yield made


def from_channel(standin: Standin, channel: str = CHANNEL) -> Order:
    """Order a channel."""
    return wanted(
        "slack-channel", channel, server=standin.api_url, legal_basis="policy 4", seconds=60
    )


def test_channel_is_exported_answer_by_answer(standin: Standin, tmp_path: Path) -> None:
    """Messages, threads and files come as Slack tells them; the token is told nowhere.

    The shipped manifest has no users:read, so that no name is told beside an author's id: that is said.
    """
    first = control(
        standin, "message", user=ENGINEER, channel=CHANNEL, text="the drawings are out"
    )
    control(
        standin,
        "message",
        user=COUNSEL,
        channel=CHANNEL,
        text="who sent them?",
        thread_ts=first["ts"],
    )
    control(
        standin,
        "upload",
        user=ENGINEER,
        channel=CHANNEL,
        name="../plan.txt",
        content=base64.b64encode(b"plan").decode(),
    )
    token = str(standin.state.data["token"])
    made = bench(tmp_path, environment={"SLACK_BOT_TOKEN": token})

    found = gather(made, from_channel(standin))

    everything = b"".join(one.read_bytes() for one in made.folder.rglob("*.json"))
    for text in (b"the drawings are out", b"who sent them?"):
        assert text in everything
    assert [one.read_bytes() for one in (made.folder / "files").iterdir()] == [b"plan"]
    assert [(one.code, one.detail) for one in found.findings] == [("no-answer", "missing_scope")]
    assert token.encode() not in everything
    assert token not in json.dumps(dict(found.account))


def test_file_that_does_not_come_whole_is_told_and_not_kept(
    standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file beyond the limit is a finding; the rest of the channel is there, however long its name."""
    monkeypatch.setattr("breachbook.collecting.channel._LARGEST_FILE", 10)
    for name, content in (("large", b"x" * 11), ("图" * 120, b"plan")):
        control(
            standin, "upload", user=ENGINEER, channel=CHANNEL, name=name,
            content=base64.b64encode(content).decode(),
        )  # fmt: skip
    made = bench(tmp_path, environment={"SLACK_BOT_TOKEN": str(standin.state.data["token"])})

    found = gather(made, from_channel(standin))

    assert [one.read_bytes() for one in (made.folder / "files").iterdir()] == [b"plan"]
    assert [one.detail for one in found.findings if one.code == "unreadable"] == ["too big"]


@pytest.mark.parametrize("text", ["0", "-5", "nan", "soon"])
def test_rate_limit_without_a_wait_is_waited_for_all_the_same(text: str) -> None:
    """A server that limits us and says "at once" without end does not hold us for ever."""
    assert channel._seconds(text) == 1.0


@pytest.mark.parametrize("url", ["https://[x", "https://slack.com.example/x", ""])
def test_token_goes_to_no_address_but_slacks(url: str, standin: Standin) -> None:
    """An address that cannot be read, or is another's, is not asked."""
    with pytest.raises(NotFetched, match="not an address of Slack's"):
        list(pieces(SlackWeb("xoxb-x", base_url=standin.api_url), {"url": url}, 10))


@pytest.mark.parametrize(
    ("at", "says"),
    [("C0NOTHERE", "refused: channel_not_found"), ("../../x", "allowed: a channel's id")],
)
def test_channel_that_is_not_there_is_refused(
    at: str, says: str, standin: Standin, tmp_path: Path
) -> None:
    """A channel that Slack does not know to the app, and what is no channel, is one clear error."""
    made = bench(tmp_path, environment={"SLACK_BOT_TOKEN": str(standin.state.data["token"])})

    with pytest.raises(CustodyError, match=says):
        gather(made, from_channel(standin, at))

    assert STRANGER not in str(list(made.folder.rglob("*")))
