"""Mail on a server, read without leaving a trace there: the folder is examined, no flag is set.

Authority:
    RFC 9051, IMAP4rev2: EXAMINE opens a folder read-only (6.3.3), and BODY.PEEK[] fetches a message
    without marking it as seen (6.4.5).
"""

import hashlib
import imaplib
import io
import json
import re
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from breachbook.collecting.contract import Bench, Gathered, Order
from breachbook.collecting.remarks import Remarks
from breachbook.connectors.address import is_loopback
from breachbook.errors import CustodyError
from breachbook.seal.names import shown

INDEX = "messages.jsonl"

_LARGEST = 256 << 20
_LARGEST_ANSWER = _LARGEST + (16 << 20)
_LONGEST_LINE = 1_000_000
_ASKED = "(UID FLAGS INTERNALDATE RFC822.SIZE)"
_FLAGS = re.compile(rb"FLAGS \(([^)]*)\)")
_DATE = re.compile(rb'INTERNALDATE "([^"]{1,40})"')
_UID = re.compile(rb"\d{1,10}")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")


@dataclass(frozen=True, slots=True)
class _Mailbox:
    user: str
    host: str
    port: int
    folder: str


class _Wire(io.RawIOBase):
    """What is read from a server: each answer within a time and a size, however its bytes drip."""

    def __init__(self, wire: socket.socket, seconds: int) -> None:
        self._wire, self._seconds = wire, seconds
        self.renew()

    def renew(self) -> None:
        """Begin to count anew, for the next answer."""
        self._until, self._rest = time.monotonic() + self._seconds, _LARGEST_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._rest <= 0:
            raise imaplib.IMAP4.error("its answer is longer than any that is read")
        self._wire.settimeout(max(self._until - time.monotonic(), 0.001))
        got = self._wire.recv_into(buffer)
        self._rest -= got
        return got


class _Server(imaplib.IMAP4_SSL):
    """The client of Python, reading through our limits."""

    def __init__(self, where: _Mailbox, seconds: int) -> None:
        self._seconds = seconds
        super().__init__(
            where.host,
            where.port,
            ssl_context=ssl.create_default_context(),
            timeout=min(seconds, 60),
        )

    def open(self, *arguments: Any, **more: Any) -> None:
        """Connect."""
        super().open(*arguments, **more)
        self._limited = _Wire(self.sock, self._seconds)
        self._lines = io.BufferedReader(self._limited)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is None:
            super().__exit__(kind, error, trace)
        else:  # what a server that is out of step says next would hide what went wrong
            self.shutdown()

    def uid(self, command: str, *arguments: str) -> tuple[str, list[Any]]:
        """Ask; the answer has a time and a size of its own."""
        self._limited.renew()
        return super().uid(command, *arguments)

    def read(self, size: int) -> bytes:
        """Read so many bytes, or fewer at the end."""
        if size > _LARGEST_ANSWER:
            raise self.error("announces more than is read")
        return self._lines.read(size)

    def readline(self) -> bytes:
        """Read a line."""
        line = self._lines.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise self.error("its line is longer than any that is read")
        return line


def mailbox(order: Order, bench: Bench) -> Gathered:
    """Fetch every message of ``imaps://user@host/Folder``, each byte for byte as ``<uid>.eml``.

    Raises:
        CustodyError: The server cannot be reached or trusted, refuses, or has no such folder.
    """
    where = _mailbox(order, bench)
    password = bench.environment.get(order.secret.removeprefix("env:"), "")
    if not order.secret or not password:
        raise CustodyError(f"{order.title}: {order.secret or 'secret'} is not in the environment")
    remarks = Remarks()
    try:
        with _Server(where, order.seconds) as server:
            server.login(where.user, password)
            state = _examine(server, where.folder)
            uids = _uids(server)
            index = b"".join(_keep(server, uid, bench, remarks) for uid in uids)
            _compare(uids, _uids(server), state, _examine(server, where.folder), remarks)
    except (imaplib.IMAP4.error, OSError) as error:
        raise CustodyError(
            f"{order.title}: {_why(error, order)}; nothing of it is kept; see to address, user and secret"
        ) from None
    account = {
        "host": where.host,
        "port": where.port,
        "user": where.user,
        "folder": where.folder,
        **state,
        "messages": len(uids),
        "commands": ["EXAMINE", "UID SEARCH ALL", f"UID FETCH {_ASKED}", "UID FETCH BODY.PEEK[]"],
    }
    return Gathered(account, {INDEX: index}, remarks.findings("."))


def _mailbox(order: Order, bench: Bench) -> _Mailbox:
    place = urlsplit(order.at)
    try:
        port = place.port or 993
    except ValueError:
        port = 0
    user, host = unquote(place.username or ""), place.hostname or ""
    folder = unquote(place.path.lstrip("/")) or "INBOX"
    fits = place.scheme == "imaps" and user and host and port and not place.password
    if not fits or not folder.isprintable() or '"' in folder:
        raise CustodyError(
            f"{order.title}: got {shown(order.at)}; allowed: imaps://user@host/Folder, without a password"
        )
    if bench.example and not is_loopback(host):
        raise CustodyError(f"{order.title}: an example reaches only this machine; name 127.0.0.1")
    return _Mailbox(user, host, port, folder)


def _examine(server: _Server, folder: str) -> dict[str, str]:
    """Open the folder read-only; give its UIDVALIDITY and number of messages."""
    escaped = folder.replace("\\", "\\\\")
    code, told = server.select(f'"{escaped}"', readonly=True)
    if code != "OK":
        raise imaplib.IMAP4.error("has no such folder")
    validity = server.response("UIDVALIDITY")[1]
    return {"uid_validity": _text(validity[0]), "exists": _text(told[0])}


def _uids(server: _Server) -> list[int]:
    code, told = server.uid("SEARCH", "ALL")
    if code != "OK":
        raise imaplib.IMAP4.error("does not list its messages")
    listed = (told[0] or b"").split()
    if not all(_UID.fullmatch(one) for one in listed):
        raise imaplib.IMAP4.error("lists something else than messages")
    return [int(one) for one in listed]


def _keep(server: _Server, uid: int, bench: Bench, remarks: Remarks) -> bytes:
    """Write one message; give its line of the index."""
    name = f"{uid}.eml"
    facts = _facts(server.uid("FETCH", str(uid), _ASKED)[1])
    if int(facts.get("bytes", 0)) > _LARGEST:
        remarks.found("unreadable", name, f"{facts['bytes']} bytes are more than is fetched")
        return b""
    told = server.uid("FETCH", str(uid), "(BODY.PEEK[])")[1]
    found = [item[1] for item in told if isinstance(item, tuple)]
    if not found:
        remarks.found("vanished", name)
        return b""
    (bench.folder / name).write_bytes(found[0])
    bench.tell(len(found[0]))
    row = {"uid": uid, "file": name, "sha256": hashlib.sha256(found[0]).hexdigest(), **facts}
    return json.dumps(row, sort_keys=True).encode() + b"\n"


def _facts(told: list[Any]) -> dict[str, Any]:
    line = b" ".join(
        part for item in told if item for part in (item if isinstance(item, tuple) else (item,))
    )
    flags, date, size = (form.search(line) for form in (_FLAGS, _DATE, _SIZE))
    return {
        "flags": _text(flags[1]).split() if flags else [],
        "internal_date": _text(date[1]).strip() if date else "",
        "bytes": int(size[1]) if size else 0,
    }


def _compare(
    before: list[int],
    after: list[int],
    state: dict[str, str],
    again: dict[str, str],
    remarks: Remarks,
) -> None:
    if state["uid_validity"] != again["uid_validity"]:
        remarks.found("changed-while-read", ".", "the server numbered its messages anew")
    for uid in sorted({*before} ^ {*after}):
        word = "was deleted at the source" if uid in before else "came meanwhile, is not preserved"
        remarks.found("changed-while-read", f"{uid}.eml", word)


def _why(error: Exception, order: Order) -> str:
    if isinstance(error, TimeoutError):
        return f"the server took longer than {order.seconds} s for an answer"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}".lower()
    return shown(str(error)[:160])


def _text(raw: object) -> str:
    return raw.decode("ascii", "replace") if isinstance(raw, bytes) else str(raw or "")
