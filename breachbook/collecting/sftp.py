"""Files of a server, fetched by the system's OpenSSH client with the server's key pinned.

The client is a program of its own: it takes only the key that the workspace's ``known_hosts`` names,
asks nothing, forwards nothing, reads no configuration, and follows no link of the server.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from breachbook.collecting import programs
from breachbook.collecting.contract import Bench, Gathered, Order
from breachbook.collecting.remarks import Remarks
from breachbook.connectors.address import is_loopback
from breachbook.errors import CustodyError
from breachbook.seal.names import shown

SAID = "transfer.txt"

_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_HOST = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:]+\]|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*"
)
# The client itself takes *, ? and [ within quotes as they are.
_SPECIAL = re.compile(r'([\\"])')
# Kind and mode, links, owner, group, size, month, day, time or year, name; as `ls -l` writes a line.
_LINE = re.compile(r"([-dlpscbD])\S+\s+\S+\s+\S+\s+\S+\s+(\d+)\s+\S+\s+\d+\s+\S+\s(.+)")
_LIMIT = 64 << 20


@dataclass(frozen=True, slots=True)
class _Server:
    user: str
    host: str
    port: int
    path: str


def server(order: Order, bench: Bench) -> Gathered:
    """Fetch a folder or a file of ``sftp://user@host/path``.

    Raises:
        CustodyError: The server cannot be reached, its key is another one, or nothing is there.
    """
    where = _server(order, bench)
    work = bench.folder.parent / "transfer"
    work.mkdir(mode=0o700, exist_ok=True)
    command = [programs.found("sftp"), *_options(order, where, bench), "-b", "-", "--"]
    command.append(f"{where.user}@{where.host}")
    remarks = Remarks()
    target = bench.folder / (where.path.rstrip("/").rpartition("/")[2] or "root")
    said = _batch(
        command, work, "get", order, f"-get -pR {_quoted(where.path)} {_quoted(str(target))}\n"
    )
    if not any(bench.folder.iterdir()):
        raise CustodyError(
            f"{order.title}: nothing came; {_reason(said)}; see to address, key and known_hosts"
        )
    bench.tell(sum(one.stat().st_size for one in bench.folder.rglob("*") if one.is_file()))
    _compare(command, work, order, where, target, remarks)
    if "No such file" in said or "Permission denied" in said or "ailed" in said:
        remarks.found("unreadable", ".", f"not everything could be fetched, see {SAID}")
    account = {
        "programs": {"sftp": programs.version(programs.found("ssh"), work, "-V")},
        "host": where.host,
        "port": where.port,
        "user": where.user,
        "path": where.path,
        "host_key": "as known_hosts of the workspace names it",
        "again": f"sftp -P {where.port} {where.user}@{where.host}, then get -pR {where.path}",
    }
    return Gathered(account, {SAID: said.encode()}, remarks.findings("."))


def _server(order: Order, bench: Bench) -> _Server:
    place = urlsplit(order.at)
    try:
        port = place.port or 22
    except ValueError:
        port = 0
    user, host, path = place.username or "", place.hostname or "", unquote(place.path)
    fits = _USER.fullmatch(user) and _HOST.fullmatch(host) and not place.password and port
    if place.scheme != "sftp" or not fits or not path or not path.isprintable():
        raise CustodyError(
            f"{order.title}: got {shown(order.at)}; allowed: sftp://user@host/path, without a password"
        )
    if bench.example and not is_loopback(host):
        raise CustodyError(f"{order.title}: an example reaches only this machine; name 127.0.0.1")
    return _Server(user, host, port, path)


def _options(order: Order, where: _Server, bench: Bench) -> list[str]:
    """Pin the server's key, and leave nothing to a configuration file or to a question."""
    if not Path(order.known_hosts).is_file():
        raise CustodyError(
            f"{order.title}: no known_hosts at {shown(order.known_hosts)}; write the server's key there"
            f" as ssh-keyscan -p {where.port} {where.host} gives it, after comparing its fingerprint"
        )
    settings = {
        "BatchMode": "yes", "StrictHostKeyChecking": "yes", "UserKnownHostsFile": f'"{order.known_hosts}"',
        "GlobalKnownHostsFile": "/dev/null", "ForwardAgent": "no", "ForwardX11": "no",
        "ClearAllForwardings": "yes", "ConnectTimeout": "20", "ServerAliveInterval": "15",
        "ServerAliveCountMax": "3", "ProxyCommand": "none", "PermitLocalCommand": "no",
        "UpdateHostKeys": "no", "HashKnownHosts": "no", "Port": str(where.port),
    }  # fmt: skip
    if order.secret:
        key = bench.environment.get(order.secret.removeprefix("env:"), "")
        if not Path(key).is_file():
            raise CustodyError(
                f"{order.title}: {order.secret} names no key file; set it to the path of one"
            )
        settings |= {"IdentityFile": f'"{key}"', "IdentitiesOnly": "yes"}
    return ["-F", "/dev/null", *(f"-o{name}={value}" for name, value in settings.items())]


def _batch(command: list[str], work: Path, name: str, order: Order, commands: str) -> str:
    """Run one batch of the client's commands; give what it said."""
    script = work / f"{name}.batch"
    script.write_text(commands, "utf-8", "surrogateescape")
    out, err = work / f"{name}.out", work / f"{name}.err"
    command = [str(script) if word == "-" else word for word in command]
    ended = programs.run(
        command, folder=work, stdout=out, stderr=err, seconds=order.seconds,
        environment=programs.environment(work), largest=_LIMIT,
    )  # fmt: skip
    said = "".join(each.read_text("utf-8", "replace") for each in (out, err))
    if ended.cut == "time":
        raise CustodyError(
            f"{order.title}: the server took longer than {order.seconds} s; nothing of it is kept;"
            " give the source more seconds and collect it again"
        )
    if ended.code == 255:
        raise CustodyError(
            f"{order.title}: no connection; {_reason(said)}; see to address, key and known_hosts"
        )
    return said


def _compare(
    command: list[str], work: Path, order: Order, where: _Server, target: Path, remarks: Remarks
) -> None:
    """List every folder that came once more, and flag what is not as it was fetched."""
    is_folder = target.is_dir()
    folders = [target, *(one for one in target.rglob("*") if one.is_dir())] if is_folder else []
    base = where.path.rstrip("/")
    names = [base + "/" + one.relative_to(target).as_posix() for one in folders]
    listing = "".join(f"-ls -lan {_quoted(name.removesuffix('/.'))}\n" for name in names)
    if not is_folder:
        folders, listing = [target.parent], f"-ls -lan {_quoted(where.path)}\n"
    told = _batch(command, work, "list", order, listing)
    for folder, lines in zip(folders, _by_folder(told), strict=False):
        for line in lines:
            _look(folder, line, target.parent, remarks)


def _by_folder(told: str) -> Iterator[list[str]]:
    lines: list[str] | None = None
    for line in told.splitlines():
        if line.startswith("sftp> "):
            if lines is not None:
                yield lines
            lines = []
        elif lines is not None:
            lines.append(line)
    if lines is not None:
        yield lines


def _look(folder: Path, line: str, root: Path, remarks: Remarks) -> None:
    found = _LINE.fullmatch(line)
    if not found:
        return
    kind, size, name = found[1], int(found[2]), found[3].rstrip("/").rpartition("/")[2]
    if name in (".", "..", ""):
        return
    copy = folder / name
    path = shown(copy.relative_to(root).as_posix())
    if kind == "-" and not copy.exists():
        remarks.found("unreadable", path, "is at the server and did not come")
    elif kind == "-" and copy.stat().st_size != size:
        remarks.found("changed-while-read", path, f"{size} bytes at the server afterwards")
    elif kind == "l" and not copy.exists():
        remarks.found("link-not-followed", path)
    elif kind not in "-dl":
        remarks.found("special-not-read", path)


def _quoted(path: str) -> str:
    return '"' + _SPECIAL.sub(r"\\\1", path) + '"'


def _reason(said: str) -> str:
    lines = [line for line in said.splitlines() if line and not line.startswith("sftp>")]
    return shown(lines[-1][:160]) if lines else "the client said nothing"
