"""Remote folders: a bucket and an SSH server, real ones on the loopback."""

import getpass
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from breachbook.collecting import Gathered, Order
from breachbook.errors import CustodyError
from tests.gathering import bench, gather, wanted

KEYS = {"AWS_ACCESS_KEY_ID": "made-up", "AWS_SECRET_ACCESS_KEY": "made-up"}


def _told(found: Gathered) -> dict[str, str]:
    return {one.path: one.code for one in found.findings}


# S3


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """Serve S3 on the loopback; give its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def bucket(moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make a bucket with three objects, one of them under a hostile key."""
    for name, value in {
        **KEYS,
        "AWS_ENDPOINT_URL": moto,
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="designs")
    for key, body in {
        "wheel/a.txt": b"alpha",
        "wheel/b": b"beta",
        "wheel/../up": b"gamma",
    }.items():
        client.put_object(Bucket="designs", Key=key, Body=body)
    yield client
    listed = client.list_objects_v2(Bucket="designs").get("Contents", [])
    for item in listed:
        client.delete_object(Bucket="designs", Key=item["Key"])
    client.delete_bucket(Bucket="designs")


def test_bucket_is_downloaded_with_every_key_told(bucket: Any, tmp_path: Path) -> None:
    """Objects come as they are; a key that is no plain path is stored under its digest and told."""
    made = bench(tmp_path, environment=os.environ)

    found = gather(made, wanted("s3", "s3://designs/wheel"))

    rows = [json.loads(line) for line in found.tags["objects.jsonl"].splitlines()]
    kept = {row["key"]: (made.folder / row["path"]).read_bytes() for row in rows}
    assert kept == {
        "designs/wheel/a.txt": b"alpha",
        "designs/wheel/b": b"beta",
        "designs/wheel/../up": b"gamma",
    }
    assert all(one.is_relative_to(made.folder) for one in made.folder.rglob("*"))
    assert found.findings == ()
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in json.dumps(dict(found.account))


def test_bucket_that_changes_while_read_is_flagged(bucket: Any, tmp_path: Path) -> None:
    """What is overwritten, deleted or added during the download is named."""

    def change(_count: int) -> None:
        bucket.put_object(Bucket="designs", Key="wheel/b", Body=b"another")
        bucket.put_object(Bucket="designs", Key="wheel/new", Body=b"new")
        bucket.delete_object(Bucket="designs", Key="wheel/a.txt")

    made = bench(tmp_path, environment=os.environ, tell=change)
    found = gather(made, wanted("s3", "s3://designs/wheel"))

    told = {one.path: one.detail for one in found.findings if one.code == "changed-while-read"}
    assert told["designs/wheel/new"].startswith("appeared")
    assert told["a.txt"].startswith("was deleted")
    assert "b" in told


def test_keys_that_would_share_a_path_are_kept_apart(bucket: Any, tmp_path: Path) -> None:
    """Every object has a place of its own, however its key doubles the separator."""
    bucket.put_object(Bucket="designs", Key="wheel//b", Body=b"another")
    made = bench(tmp_path, environment=os.environ)

    found = gather(made, wanted("s3", "s3://designs/wheel"))

    rows = [json.loads(line) for line in found.tags["objects.jsonl"].splitlines()]
    kept = {row["key"]: (made.folder / row["path"]).read_bytes() for row in rows}
    assert kept["designs/wheel/b"] == b"beta"
    assert kept["designs/wheel//b"] == b"another"


def test_object_that_cannot_be_read_leaves_the_others(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the server's over one object is a finding; it is not taken for one of our disk."""

    async def broken(self: Any, path: str, **more: Any) -> Any:
        if path.endswith("/b"):
            raise OSError(5, "internal error")
        return await whole(self, path, **more)

    s3fs = pytest.importorskip("s3fs")
    whole = s3fs.S3FileSystem._cat_file
    monkeypatch.setattr(s3fs.S3FileSystem, "_cat_file", broken)
    made = bench(tmp_path, environment=os.environ)

    found = gather(made, wanted("s3", "s3://designs/wheel"))

    assert _told(found) == {"b": "unreadable"}
    assert (made.folder / "a.txt").read_bytes() == b"alpha"
    assert not (made.folder / "b").exists()


def test_bucket_of_a_server_that_stalls_is_left_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that takes the question and says nothing holds nobody beyond the source's seconds."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told = {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        made = bench(tmp_path, environment=os.environ)

        with pytest.raises(CustodyError, match="took longer than 1 s"):
            gather(made, wanted("s3", "s3://designs/wheel", seconds=1))


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("s3://designs/nothing", "nothing is there"),
        ("s3://no-such-bucket/x", "cannot be listed|nothing is there"),
        ("s3://", "allowed: s3://bucket/prefix"),
        ("http://designs/x", "allowed: s3://bucket/prefix"),
    ],
)
def test_bucket_that_cannot_be_read_is_refused(
    at: str, says: str, bucket: Any, tmp_path: Path
) -> None:
    """No such bucket or prefix, and no such address, is one clear error."""
    made = bench(tmp_path, environment=os.environ)

    with pytest.raises(CustodyError, match=says):
        gather(made, wanted("s3", at))


def test_bucket_elsewhere_is_refused_in_an_example(tmp_path: Path) -> None:
    """An example reaches no server but this machine."""
    made = bench(tmp_path, environment={**KEYS, "AWS_ENDPOINT_URL": "https://s3.example.com"})

    with pytest.raises(CustodyError, match="reaches only this machine"):
        gather(made, wanted("s3", "s3://designs/x"))


# SFTP


@dataclass
class Sshd:
    """A server of OpenSSH's, its pinned key, and a key that may enter."""

    port: int
    known_hosts: Path
    key: Path

    def address(self, path: Path) -> str:
        """Give the address of a path on it."""
        return f"sftp://{getpass.getuser()}@127.0.0.1:{self.port}{path}"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """Run OpenSSH's server for SFTP alone."""
    folder = tmp_path_factory.mktemp("sshd")
    for name in ("host", "client"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/client.pub\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        "Subsystem sftp internal-sftp\nForceCommand internal-sftp\n"
    )
    host = (folder / "host.pub").read_text().split()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host[0]} {host[1]}\n")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(
            mode=0o755, exist_ok=True
        )  # where its unprivileged half is locked into
    log = (folder / "log").open("wb")
    command = ["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "config")]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    _await(port)
    yield Sshd(port, folder / "known_hosts", folder / "client")
    process.terminate()
    process.wait(10)
    log.close()


def _await(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            continue
        return


def from_server(server: Sshd, path: Path, **more: Any) -> Order:
    """Order what a path of the server holds."""
    given = {"secret": "env:KEY", "known_hosts": str(server.known_hosts), "seconds": 60, **more}
    return wanted("sftp", server.address(path), **given)


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """Make a folder as a server might hold it, with awkward names, a link out and a pipe."""
    folder = tmp_path / "share"
    (folder / "deep er").mkdir(parents=True)
    (folder / "plan [v1] *.txt").write_bytes(b"plan")
    (folder / "deep er" / "质量.csv").write_bytes(b"quality")
    (folder / "out").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe")
    os.utime(folder / "plan [v1] *.txt", (1_600_000_000, 1_600_000_000))
    return folder


@pytest.mark.needs("sftp", "sshd")
def test_server_folder_is_fetched_without_following_links(
    sshd: Sshd, share: Path, tmp_path: Path
) -> None:
    """Files come byte for byte with their times; links and pipes are recorded, not followed."""
    made = bench(tmp_path, environment={"KEY": str(sshd.key)})

    found = gather(made, from_server(sshd, share))

    kept = made.folder / "share"
    assert (kept / "plan [v1] *.txt").read_bytes() == b"plan"
    assert (kept / "deep er" / "质量.csv").read_bytes() == b"quality"
    assert (kept / "plan [v1] *.txt").stat().st_mtime == 1_600_000_000
    assert not (kept / "out").exists()
    assert _told(found)["share/out"] == "link-not-followed"
    assert _told(found)["share/pipe"] == "special-not-read"
    assert "PRIVATE" not in json.dumps(dict(found.account))


@pytest.mark.needs("sftp", "sshd")
def test_one_file_of_a_server_is_fetched(sshd: Sshd, share: Path, tmp_path: Path) -> None:
    """A single file is fetched as one."""
    made = bench(tmp_path, environment={"KEY": str(sshd.key)})

    found = gather(made, from_server(sshd, share / "plan [v1] *.txt"))

    assert (made.folder / "plan [v1] *.txt").read_bytes() == b"plan"
    assert found.findings == ()


@pytest.mark.needs("sftp", "sshd")
def test_server_with_another_key_is_refused(sshd: Sshd, share: Path, tmp_path: Path) -> None:
    """A server whose key is not the pinned one is not talked to."""
    other = tmp_path / "known_hosts"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "k")], check=True
    )
    kind, key, *_ = (tmp_path / "k.pub").read_text().split()
    other.write_text(f"[127.0.0.1]:{sshd.port} {kind} {key}\n")
    made = bench(tmp_path, environment={"KEY": str(sshd.key)})

    with pytest.raises(CustodyError, match="no connection"):
        gather(made, from_server(sshd, share, known_hosts=str(other)))

    assert list(made.folder.iterdir()) == []


@pytest.mark.needs("sftp", "sshd")
def test_server_without_such_a_path_is_refused(sshd: Sshd, tmp_path: Path) -> None:
    """A path that is not there is an error, not an empty exhibit."""
    made = bench(tmp_path, environment={"KEY": str(sshd.key)})

    with pytest.raises(CustodyError, match="nothing came"):
        gather(made, from_server(sshd, tmp_path / "not-there"))


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("sftp://-oProxyCommand=x@127.0.0.1/x", "allowed: sftp://user@host/path"),
        ("sftp://user:secret@127.0.0.1/x", "without a password"),
        ("sftp://user@files.example.com/x", "reaches only this machine"),
        ("sftp://user@127.0.0.1/x", "no known_hosts"),
    ],
)
def test_server_address_that_is_not_allowed_is_refused(at: str, says: str, tmp_path: Path) -> None:
    """No option can be smuggled in, no password stands in an address, and a pinned key is demanded."""
    made = bench(tmp_path)

    with pytest.raises(CustodyError, match=says):
        gather(made, wanted("sftp", at, known_hosts=str(tmp_path / "none")))
