"""Bags that others might have made, of every version of BagIt, written by a few lines here."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PAYLOAD: Mapping[str, bytes] = {"data/list.csv": b"part,drawing\n", "data/sub/wheel.txt": b"tread"}


@dataclass
class Foreign:
    """A bag to be written; each field is what an ordinary one has, until a test changes it.

    Attributes:
        declared: Lines of ``bagit.txt``; made from version and encoding when it is None.
        listed: Manifest lines as (digest, gap, path) instead of those of the payload.
        info: Content of the file of labels.
        fetch: Lines of ``fetch.txt``.
        tags: Further tag files.
        unlisted: Tag files that no tag manifest lists.
        ends: What ends a line.
    """

    version: str = "0.97"
    encoding: str = "UTF-8"
    algorithms: Sequence[str] = ("md5",)
    payload: Mapping[str, bytes] = field(default_factory=lambda: dict(PAYLOAD))
    declared: bytes | None = None
    listed: Sequence[tuple[str, str, str]] | None = None
    info: str = "Contact-Name: Anna\n"
    fetch: Sequence[str] = ()
    tags: Mapping[str, bytes] = field(default_factory=dict)
    unlisted: Mapping[str, bytes] = field(default_factory=dict)
    ends: str = "\n"
    with_tag_manifests: bool = True

    def write(self, folder: Path) -> Path:
        """Write the bag and give its folder."""
        (folder / "data").mkdir(parents=True)
        for path, data in self.payload.items():
            _put(folder / path, data)
        tags = {"bagit.txt": self._declaration(), **self.tags}
        name = "package-info.txt" if self.version < "0.96" else "bag-info.txt"
        if self.info:
            tags[name] = self._encoded(self.info)
        if self.fetch:
            tags["fetch.txt"] = self._encoded("".join(f"{line}\n" for line in self.fetch))
        for algorithm in self.algorithms:
            tags[f"manifest-{algorithm}.txt"] = self._manifest(algorithm, self.payload)
        own = {}
        for algorithm in self.algorithms if self.with_tag_manifests else ():
            lines = "".join(f"{digest(algorithm, tags[path])}  {path}\n" for path in tags)
            own[f"tagmanifest-{algorithm}.txt"] = self._encoded(lines)
        for path, data in {**tags, **self.unlisted, **own}.items():
            _put(folder / path, data)
        return folder

    def _manifest(self, algorithm: str, payload: Mapping[str, bytes]) -> bytes:
        rows = self.listed or [
            (digest(algorithm, data), "  ", path) for path, data in payload.items()
        ]
        return self._encoded("".join(f"{found}{gap}{path}\n" for found, gap, path in rows))

    def _declaration(self) -> bytes:
        if self.declared is not None:
            return self.declared
        lines = f"BagIt-Version: {self.version}\nTag-File-Character-Encoding: {self.encoding}\n"
        return lines.replace("\n", self.ends).encode()

    def _encoded(self, text: str) -> bytes:
        return text.replace("\n", self.ends).encode(self.encoding)


def digest(algorithm: str, data: bytes) -> str:
    """Hash bytes; hex."""
    return hashlib.new(algorithm, data).hexdigest()


def row(path: str, data: bytes, algorithm: str = "md5", gap: str = "  ") -> tuple[str, str, str]:
    """Give one line of a manifest."""
    return digest(algorithm, data), gap, path


def listing(algorithm: str, payload: Mapping[str, bytes]) -> bytes:
    """Write a manifest of files as it ordinarily is."""
    return "".join(
        f"{digest(algorithm, data)}  {path}\n" for path, data in payload.items()
    ).encode()


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
