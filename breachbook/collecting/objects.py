"""Objects of an S3 bucket, downloaded as they are; what changes at the source meanwhile is flagged.

Region, keys and endpoint come from the environment, as every S3 tool reads them
(``AWS_ACCESS_KEY_ID``, ``AWS_PROFILE``, ``AWS_ENDPOINT_URL`` ...), and go into no record.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from breachbook.collecting.contract import Bench, Gathered, Order
from breachbook.collecting.remarks import Remarks
from breachbook.connectors.address import is_loopback
from breachbook.errors import CustodyError
from breachbook.seal.names import shown

LISTING = "objects.jsonl"
ODD_FOLDER = "=objects"

_PIECE = 1 << 20
_LONGEST_NAME = 200

Row = Mapping[str, Any]


def bucket(order: Order, bench: Bench) -> Gathered:
    """Download every object below a prefix of ``s3://bucket/prefix``.

    Raises:
        CustodyError: No such place, no access, or S3 support is not installed.
    """
    _require_reachable(order, bench)
    try:
        import s3fs
    except ImportError as error:
        raise CustodyError(
            f"{order.title}: S3 needs the extra s3: pip install 'breachbook[s3]', then collect again"
        ) from error
    place = urlsplit(order.at)
    prefix = f"{place.netloc}{place.path}".rstrip("/")
    files = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
    asking = _Asking(files, order)
    before = _listing(asking, prefix)
    remarks = Remarks()
    rows = []
    for key, path in _placed(before, prefix):
        digest = _download(asking, key, before[key], bench, path, remarks)
        rows.append({**before[key], "key": key, "path": path, "sha256": digest})
    _compare(before, _listing(asking, prefix), dict(_placed(before, prefix)), remarks)
    told = b"".join(
        json.dumps(row, sort_keys=True, ensure_ascii=False).encode() + b"\n" for row in rows
    )
    account = {
        "programs": {"s3fs": s3fs.__version__},
        "bucket": place.netloc,
        "prefix": place.path.lstrip("/"),
        "objects": len(before),
        "listing_sha256": hashlib.sha256(told).hexdigest(),
        "again": f"aws s3 cp --recursive {order.at} FOLDER",
    }
    return Gathered(account, {LISTING: told}, remarks.findings("."))


def _require_reachable(order: Order, bench: Bench) -> None:
    place = urlsplit(order.at)
    if place.scheme != "s3" or not place.netloc or place.query or place.username:
        raise CustodyError(f"{order.title}: got {shown(order.at)}; allowed: s3://bucket/prefix")
    endpoint = bench.environment.get("AWS_ENDPOINT_URL_S3") or bench.environment.get(
        "AWS_ENDPOINT_URL", ""
    )
    if bench.example and not is_loopback(urlsplit(endpoint).hostname or ""):
        raise CustodyError(
            f"{order.title}: an example reaches only this machine; set AWS_ENDPOINT_URL to a"
            " server on it"
        )


@dataclass(frozen=True, slots=True)
class _Asking:
    """The server, each question to which has an end: its own time-out counts from byte to byte."""

    files: Any
    order: Order

    def __call__(self, method: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        """Wait for what a method that is a coroutine gives.

        Raises:
            CustodyError: The server took too long.
        """
        from fsspec.asyn import sync
        from fsspec.exceptions import FSTimeoutError

        try:
            return sync(self.files.loop, method, *arguments, timeout=self.order.seconds, **more)
        except FSTimeoutError:
            raise CustodyError(
                f"{self.order.title}: the server took longer than {self.order.seconds} s for an"
                " answer; nothing of it is kept; give the source more seconds and collect it again"
            ) from None


def _listing(asking: _Asking, prefix: str) -> dict[str, dict[str, Any]]:
    """List every object below a prefix: key to bytes, etag and time of its last change."""
    from botocore.exceptions import BotoCoreError, ClientError

    order = asking.order
    try:
        found = asking(asking.files._find, prefix, detail=True)
    except (OSError, BotoCoreError, ClientError) as error:
        raise CustodyError(
            f"{order.title}: cannot be listed ({type(error).__name__}); see to the bucket's name, the"
            " keys in the environment and their right to list, then collect again"
        ) from None
    listed = {key: _facts(info) for key, info in found.items() if info.get("type") == "file"}
    if not listed:
        raise CustodyError(f"{order.title}: nothing is there; name a bucket and a prefix that is")
    return listed


def _facts(info: Mapping[str, Any]) -> dict[str, Any]:
    changed = info.get("LastModified")
    return {
        "bytes": int(info.get("size") or 0),
        "etag": str(info.get("ETag", "")).strip('"'),
        "changed_at": changed.isoformat() if isinstance(changed, datetime) else "",
        "version": str(info.get("VersionId") or ""),
    }


def _placed(listed: Mapping[str, Row], prefix: str) -> Iterator[tuple[str, str]]:
    """Give each key the path it is stored under: itself, or a digest of it where that is no plain path."""
    taken = set(listed)
    used: set[str] = set()
    for key in sorted(listed):
        below = key[len(prefix) :].removeprefix("/") or key.rpartition("/")[2]
        parts = below.split("/")
        above = {"/".join(key.split("/")[:n]) for n in range(1, key.count("/") + 1)}
        plain = all(_is_plain(part) for part in parts) and not above & taken and below not in used
        used.add(below)
        yield key, below if plain else f"{ODD_FOLDER}/{hashlib.sha256(key.encode()).hexdigest()}"


def _is_plain(part: str) -> bool:
    return (
        part not in ("", ".", "..", ODD_FOLDER)
        and "\0" not in part
        and len(part.encode("utf-8", "surrogateescape")) <= _LONGEST_NAME
    )


def _download(
    asking: _Asking, key: str, told: Row, bench: Bench, path: str, remarks: Remarks
) -> str:
    """Write one object below the bench's folder; give the SHA-256 of what came, empty for nothing."""
    target = bench.folder / path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("xb") as kept:
        for piece in _pieces(asking, key, int(told["bytes"])):
            if isinstance(piece, Exception):
                target.unlink()
                code = "vanished" if isinstance(piece, FileNotFoundError) else "unreadable"
                remarks.found(code, shown(path), type(piece).__name__)
                return ""
            kept.write(piece)
            digest.update(piece)
            bench.tell(len(piece))
    return digest.hexdigest()


def _pieces(asking: _Asking, key: str, size: int) -> Iterator[bytes | Exception]:
    """Yield an object piece by piece; a fault of the server's, told from one of our disk, ends it."""
    from botocore.exceptions import BotoCoreError, ClientError

    at = 0
    while at < size:
        try:
            piece = asking(asking.files._cat_file, key, start=at, end=min(at + _PIECE, size))
        except (OSError, BotoCoreError, ClientError) as error:
            yield error
            return
        if not piece:
            return
        yield piece
        at += len(piece)


def _compare(
    before: Mapping[str, Row], after: Mapping[str, Row], paths: Mapping[str, str], remarks: Remarks
) -> None:
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            remarks.found("changed-while-read", shown(key), "appeared and is not preserved")
        elif key not in after:
            remarks.found("changed-while-read", shown(paths[key]), "was deleted at the source")
        elif before[key] != after[key]:
            remarks.found("changed-while-read", shown(paths[key]), "another version is there now")
