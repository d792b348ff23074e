"""Git repositories: all refs in one bundle that anybody can clone, and nothing of theirs run."""

import json
import os
import subprocess
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from breachbook.collecting import git as collector
from breachbook.collecting.git import BUNDLE, FSCK, REFS
from breachbook.errors import CustodyError
from tests.gathering import bench, codes, gather, served, wanted

pytestmark = pytest.mark.needs("git")


def git(folder: Path, *arguments: str, **more: str) -> str:
    """Run Git as a person with no settings of their own."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
        "GIT_AUTHOR_DATE": "2026-11-16T09:00:00Z", "GIT_COMMITTER_DATE": "2026-11-16T09:00:00Z",
    }  # fmt: skip
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment | more, capture_output=True, check=True
    )
    return done.stdout.decode()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two branches, a tag that is an object, and a ref outside of branches and tags."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    for number in range(3):
        (folder / "wheel.txt").write_text(f"profile {number}\n")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "-m", f"profile {number}")
    git(folder, "branch", "leak", "HEAD~1")
    git(folder, "tag", "-a", "-m", "release", "v1", "HEAD~2")
    git(folder, "update-ref", "refs/notes/odd", "HEAD")
    return folder


def refs_of(text: str) -> set[tuple[str, str]]:
    """Read what `git show-ref` prints."""
    return {(name, target) for target, name in (line.split(" ") for line in text.splitlines())}


def test_bundle_holds_every_ref_and_can_be_cloned(tmp_path: Path, repository: Path) -> None:
    """A clone of the bundle has the refs that the repository has, and the list says the same."""
    on = bench(tmp_path)
    gathered = gather(on, wanted("git", repository))

    listed = [json.loads(line) for line in gathered.tags[REFS].splitlines()]
    git(tmp_path, "clone", "--quiet", "--mirror", str(on.folder / BUNDLE), "again")
    have = refs_of(git(repository, "show-ref", "--head"))
    assert {(row["ref"], row["hash"]) for row in listed} == have
    assert refs_of(git(tmp_path / "again", "show-ref")) == {
        one for one in have if one[0] != "HEAD"
    }
    assert gathered.findings == ()
    assert gathered.account["refs"] == len(have) == 5


def test_record_names_git_and_how_to_do_it_again(tmp_path: Path, repository: Path) -> None:
    """The program's version and each call stand in the record, without a path of the workspace."""
    gathered = gather(bench(tmp_path), wanted("git", repository))

    assert dict(gathered.account["programs"]).keys() == {"git"}  # type: ignore[call-overload]
    assert "git version" in repr(gathered.account["programs"])
    assert any("bundle create" in call for call in gathered.account["calls"])  # type: ignore[attr-defined]


_HOOKS = ("post-checkout", "pre-auto-gc", "reference-transaction", "fsmonitor-watchman")


def test_nothing_that_the_repository_brings_is_run(tmp_path: Path, repository: Path) -> None:
    """Hooks, monitors, pagers, helpers, aliases and filters of a hostile repository stay unused."""
    canary, script = tmp_path / "canary", tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {canary}\n")
    script.chmod(0o755)
    hooks = repository / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in _HOOKS:
        (hooks / name).unlink(missing_ok=True)
        (hooks / name).symlink_to(script)
    for key in (
        "core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass",
        "core.alternateRefsCommand", "uploadpack.packObjectsHook", "credential.helper",
        "gpg.program", "diff.external", "filter.x.smudge", "pager.bundle", "alias.fsck",
        "alias.bundle", "core.gitProxy", "gc.recentObjectsHook",
    ):  # fmt: skip
        git(repository, "config", key, f"!{script}" if key.startswith("alias") else str(script))
    git(repository, "config", "core.hooksPath", str(hooks))
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n")
    gathered = gather(bench(tmp_path), wanted("git", repository))

    assert gathered.findings == ()
    assert not canary.exists()


def test_missing_objects_are_fetched_from_nowhere(tmp_path: Path, repository: Path) -> None:
    """A partial clone whose remote would run a program is read as it is; the damage is told."""
    canary = tmp_path / "canary"
    git(repository, "config", "core.repositoryFormatVersion", "1")
    git(repository, "config", "extensions.partialClone", "origin")
    git(repository, "config", "remote.origin.promisor", "true")
    git(repository, "config", "remote.origin.url", str(repository))
    git(repository, "config", "remote.origin.uploadpack", f"touch {canary};")
    blob = git(repository, "rev-parse", "leak:wheel.txt").strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(CustodyError, match="git: "):
        gather(bench(tmp_path), wanted("git", repository))

    assert not canary.exists()


def test_repository_cannot_allow_itself_a_transport(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its configuration says of transports counts for nothing, even where Git fetches what is missing."""
    monkeypatch.delitem(collector._ENVIRONMENT, "GIT_NO_LAZY_FETCH")
    canary = tmp_path / "canary"
    git(repository, "config", "core.repositoryFormatVersion", "1")
    git(repository, "config", "extensions.partialClone", "origin")
    git(repository, "config", "remote.origin.promisor", "true")
    git(repository, "config", "remote.origin.url", f"ext::touch {canary}")
    git(repository, "config", "protocol.ext.allow", "always")
    blob = git(repository, "rev-parse", "leak:wheel.txt").strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(CustodyError, match="git: "):
        gather(bench(tmp_path), wanted("git", repository))

    assert not canary.exists()


def test_source_is_not_written_to(tmp_path: Path, repository: Path) -> None:
    """No file of the repository is made, changed or renewed."""
    before = _state(repository)
    gather(bench(tmp_path), wanted("git", repository))

    assert _state(repository) == before


def _state(folder: Path) -> list[tuple[str, int, int]]:
    facts = {path: path.lstat() for path in folder.rglob("*")}
    return sorted((str(path), one.st_mtime_ns, one.st_ctime_ns) for path, one in facts.items())


def test_refs_that_move_while_read_are_flagged(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody commits while the bundle is made: it is preserved, and said."""
    real = collector._Git.run

    def run(self: Any, *arguments: str, **how: Any) -> Any:
        done = real(self, *arguments, **how)
        if "bundle" in arguments:
            git(repository, "commit", "--quiet", "--allow-empty", "-m", "meanwhile")
        return done

    monkeypatch.setattr(collector._Git, "run", run)

    assert codes(gather(bench(tmp_path), wanted("git", repository))) == ["changed-while-read"]


def test_damaged_object_is_told_by_git_itself(tmp_path: Path, repository: Path) -> None:
    """What `git fsck` says goes along; an object no ref needs does not stop the bundle."""
    (repository / "lost").write_text("lost\n")
    blob = git(repository, "hash-object", "-w", "lost").strip()
    path = repository / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    path.write_bytes(b"damaged")
    on = bench(tmp_path)
    gathered = gather(on, wanted("git", repository))

    assert codes(gathered) == ["program-failed"]
    assert blob in (on.folder / FSCK).read_text()
    assert (on.folder / BUNDLE).is_file()


def test_repository_without_a_ref_gives_no_bundle(tmp_path: Path) -> None:
    """An empty repository is one finding."""
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "--quiet")
    on = bench(tmp_path)
    gathered = gather(on, wanted("git", tmp_path / "empty"))

    assert codes(gathered) == ["program-failed"]
    assert [path.name for path in on.folder.iterdir()] == [FSCK]


def test_shallow_repository_is_said_to_be_cut(tmp_path: Path, repository: Path) -> None:
    """What a shallow clone left out cannot be preserved from it."""
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", "shallow")

    assert "cut-short" in codes(gather(bench(tmp_path), wanted("git", tmp_path / "shallow")))


def test_what_is_no_repository_is_refused(tmp_path: Path) -> None:
    """An ordinary folder is told so."""
    with pytest.raises(CustodyError, match="is no Git repository"):
        gather(bench(tmp_path), wanted("git", tmp_path))


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Stay silent."""


def test_repository_at_an_address_is_mirrored(tmp_path: Path, repository: Path) -> None:
    """Its refs, and where the server was, are recorded; the bundle is made from the mirror."""
    git(tmp_path, "clone", "--quiet", "--mirror", str(repository), "served.git")
    git(tmp_path / "served.git", "update-server-info")
    on = bench(tmp_path)
    with served(partial(_Files, directory=str(tmp_path))) as port:  # type: ignore[arg-type]
        gathered = gather(on, wanted("git", f"http://127.0.0.1:{port}/served.git"))

    git(tmp_path, "clone", "--quiet", "--mirror", str(on.folder / BUNDLE), "again")
    assert gathered.account["address"] == "127.0.0.1"
    assert refs_of(git(tmp_path / "again", "show-ref")) == refs_of(git(repository, "show-ref"))
    assert gathered.findings == ()


@pytest.mark.parametrize(
    ("address", "example", "words"),
    [
        ("http://127.0.0.1:9/x.git", False, "allowed: https"),
        ("https://127.0.0.1:9/x.git", False, "on the public internet"),
        ("https://192.0.2.1/x.git", True, "on this machine"),
        ("file:///srv/x.git", True, "allowed: an address"),
        ("ssh://host.example/x.git", True, "allowed: an address"),
        ("ext::sh -c id% ://", True, "allowed: an address"),
        ("https://user:canary@host.example/x.git", False, "names a user"),
    ],
)
def test_address_that_may_not_be_reached_is_refused(
    tmp_path: Path, address: str, example: bool, words: str
) -> None:
    """Only public servers over TLS, in an example only this machine, and no secret in an address."""
    with pytest.raises(CustodyError, match=words) as told:
        gather(bench(tmp_path, example=example), wanted("git", address))

    assert "canary" not in str(told.value)
