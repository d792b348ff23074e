"""Git repositories: every ref and all it reaches in one bundle; nothing that the repository brings is run."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from breachbook.canonical import sha256
from breachbook.collecting import programs
from breachbook.collecting.addresses import admitted
from breachbook.collecting.contract import Bench, Gathered, Order
from breachbook.collecting.exchange import parted
from breachbook.custody import Finding
from breachbook.errors import CustodyError
from breachbook.seal.names import path_data, text_of

BUNDLE, FSCK, REFS = "repository.bundle", "fsck.txt", "refs.jsonl"

_LARGEST = 4 << 30
# What a repository could bring to be run: hooks, helpers, pagers, monitors, other transports.
_SAFE = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.pager=cat",
    "-c", "core.alternateRefsCommand=true", "-c", "credential.helper=", "-c", "core.askPass=true",
    "-c", "http.followRedirects=false", "-c", "gc.auto=0",
    "-c", "maintenance.auto=false", "-c", "safe.directory=*", "-c", "pack.threads=2",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Git:
    """Git, as one collection runs it; every call is noted."""

    program: str
    work: Path
    seconds: int
    transport: str
    calls: list[str] = field(default_factory=list)

    def run(self, *arguments: str, may_fail: bool = False) -> tuple[int, Path]:
        """Run Git and give its exit code and the file with what it printed."""
        out, err = (self.work / f"{len(self.calls)}.{kind}" for kind in ("out", "err"))
        self.calls.append(" ".join(("git", *arguments)))
        ended = programs.run(
            [self.program, *_SAFE, *arguments],
            folder=self.work,
            stdout=out,
            stderr=err,
            seconds=self.seconds,
            environment=programs.environment(
                self.work, GIT_ALLOW_PROTOCOL=self.transport, **_ENVIRONMENT
            ),
            largest=_LARGEST,
        )
        if ended.cut or (ended.code and not may_fail):
            said = err.read_bytes()[-2000:].decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise CustodyError(
                f"git: {'took too long' if ended.cut else said or 'failed'}; nothing of it is kept"
            )
        return ended.code, out


def git(order: Order, bench: Bench) -> Gathered:
    """Bundle a repository on this machine where it lies, or one at an address by way of a mirror.

    What no ref reaches (reflogs, deleted branches, the index, the working tree) is in no bundle;
    the repository's folder, collected as such, holds it.

    Raises:
        CustodyError: It is no repository, cannot be read, or its address may not be reached.
    """
    work = bench.folder.with_name("git")
    work.mkdir(mode=0o700)
    scheme = order.at.partition("://")[0] if "://" in order.at else ""
    tool = _Git(programs.found("git"), work, order.seconds, scheme)
    source = _Address(tool, order.at, bench) if scheme else _Folder(tool, order.at)
    before = source.refs()
    repository = source.repository()
    findings = list(_shallow(repository))
    if before:
        tool.run(f"--git-dir={repository}", "bundle", "create", "--quiet", str(bench.folder / BUNDLE),
                 "--all")  # fmt: skip
    else:
        findings.append(Finding("program-failed", BUNDLE, "there is no ref to bundle"))
    code, said = tool.run(
        f"--git-dir={repository}", "fsck", "--full", "--no-progress", may_fail=True
    )
    (bench.folder / FSCK).write_bytes(said.read_bytes() + said.with_suffix(".err").read_bytes())
    if code:
        findings.append(Finding("program-failed", FSCK, f"git fsck: exit code {code}"))
    if source.refs() != before:
        findings.append(Finding("changed-while-read", BUNDLE, "its refs moved meanwhile"))
    lines = b"".join(
        json.dumps({**path_data(name, "ref"), "hash": target}, sort_keys=True).encode() + b"\n"
        for name, target in before
    )
    account = {
        "programs": {"git": programs.version(tool.program, work)},
        "calls": [call.replace(str(work), "WORK") for call in tool.calls],
        "refs": len(before),
        "refs_sha256": sha256(lines),
        "fsck_exit_code": code,
        **source.account,
    }
    return Gathered(account, {REFS: lines}, tuple(findings))


Refs = list[tuple[str, str]]


class _Folder:
    """A repository on this machine, read where it lies; no transport is needed, so none is allowed."""

    def __init__(self, tool: _Git, at: str) -> None:
        self._tool = tool
        self._place = next(
            (one for one in (Path(at) / ".git", Path(at)) if (one / "objects").is_dir()), None
        )
        if self._place is None or not (self._place / "HEAD").is_file():
            raise CustodyError(f"{at}: is no Git repository; name its folder, or another --kind")
        self.account: dict[str, object] = {}

    def refs(self) -> Refs:
        """List HEAD and every ref with what it names."""
        where = f"--git-dir={self.repository()}"
        # 1 when there is no ref at all.
        return _refs(self._tool.run(where, "show-ref", "--head", may_fail=True)[1])

    def repository(self) -> Path:
        """Give the folder Git works on."""
        assert self._place is not None
        return self._place


class _Address:
    """A repository at an address: a mirror of it is made, over HTTPS and to the address resolved once."""

    def __init__(self, tool: _Git, at: str, bench: Bench) -> None:
        self._tool, self._at = tool, at
        parts = parted(at)
        if parts.scheme != "https" and not bench.example:
            raise CustodyError(f"{parts.hostname}: allowed: https")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = admitted(str(parts.hostname), port, example=bench.example)[0]
        literal = f"[{address}]" if ":" in address else address
        self._way = (
            "-c", f"http.curloptResolve={parts.hostname}:{port}:{literal}", "-c", "http.proxy=",
        )  # fmt: skip
        self.account: dict[str, object] = {"url": at, "address": address}
        self._mirror = tool.work / "mirror.git"

    def refs(self) -> Refs:
        """Ask the server for HEAD and every ref."""
        return _refs(self._tool.run(*self._way, "ls-remote", "--quiet", self._at)[1])

    def repository(self) -> Path:
        """Give the mirror, made when it is first asked for."""
        if not self._mirror.exists():
            self._tool.run(*self._way, "clone", "--mirror", "--quiet", "--template=", self._at,
                           str(self._mirror))  # fmt: skip
        return self._mirror


def _refs(listing: Path) -> Refs:
    """Read lines of hash and name; peeled tags (``^{}``) only repeat what a tag says."""
    found = []
    for line in listing.read_bytes().splitlines():
        target, _, name = line.replace(b"\t", b" ").partition(b" ")
        if name and not name.endswith(b"^{}"):
            found.append((text_of(name), target.decode("ascii", "replace")))
    return found


def _shallow(repository: Path) -> Iterator[Finding]:
    if (repository / "shallow").exists():
        yield Finding("cut-short", BUNDLE, "the repository itself is shallow")
