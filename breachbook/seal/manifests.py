"""Reads manifests and ``fetch.txt`` of any bag, by the rules of the version that it declares.

Authority:
    RFC 8493, sections 2.1.3, 2.2.1 and 2.2.3: one digest a file; ``%``, line feed and carriage
    return are percent-encoded. Draft 0.97 encoded only the line ends, those before it nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from breachbook.seal.declaration import Declaration, text_lines
from breachbook.seal.findings import Verdicts
from breachbook.seal.names import from_manifest, shown
from breachbook.seal.statements import Statements

# Digests that manifests may be made with, as hashlib names them, and their hex digits.
DIGESTS: Mapping[str, int] = {
    "md5": 32,
    "sha1": 40,
    "sha224": 56,
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
    "sha3_224": 56,
    "sha3_256": 64,
    "sha3_384": 96,
    "sha3_512": 128,
    "blake2b": 128,
    "blake2s": 64,
}
WEAK = frozenset({"md5", "sha1"})
FETCH = "fetch.txt"

_LAYER = "manifests"
_NAME = re.compile(r"(tag)?manifest-([A-Za-z0-9_-]+)\.txt")
_SPELLED = {name.replace("_", ""): name for name in DIGESTS}
# Most paths are such, and need no closer look.
_ORDINARY = re.compile(r"data(?:/[A-Za-z0-9_][A-Za-z0-9_.,+()@#-]*)+")
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+(\*?)(.+)")
_FETCHED = re.compile(r"\S+[ \t]+(?:[0-9]+|-)[ \t]+(.+)")
_DRIVE = re.compile(r"[A-Za-z]:")
_AWKWARD = re.compile(
    r"\\|(?:^|/)[A-Za-z]:"
    r"|(?:^|/)(?i:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.[^/]*)?(?:/|$)"
)
_SYSTEM = re.compile(
    r"(?:^|/)(?:\.DS_Store|__MACOSX|\._[^/]+|(?i:thumbs\.db|desktop\.ini))(?:/|$)"
)


# A digest in lower-case hex, and the number of the line.
Listed = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest file that is being read.

    Attributes:
        name: Its file name in the bag.
        algorithm: A key of DIGESTS, or what stands in the name when that is none.
        listed: What it lists.
    """

    name: str
    algorithm: str
    listed: Statements[Listed]

    @property
    def is_known(self) -> bool:
        """Say whether its digests can be computed here."""
        return self.algorithm in DIGESTS


def is_manifest(name: str) -> bool:
    """Say whether a file name of the bag's root is a payload manifest's or a tag manifest's."""
    return bool(_NAME.fullmatch(name))


def is_tag_manifest(name: str) -> bool:
    """Say whether a file name of the bag's root is a tag manifest's."""
    found = _NAME.fullmatch(name)
    return bool(found and found[1])


def algorithm_of(name: str) -> str:
    """Give a manifest's algorithm: a key of DIGESTS, or what stands in its name when it is none."""
    found = _NAME.fullmatch(name)
    given = found[2].lower() if found else ""
    return _SPELLED.get(re.sub("[-_]", "", given), given)


def read_manifest(
    name: str, blocks: Iterable[bytes], declaration: Declaration, verdicts: Verdicts
) -> Iterator[tuple[str, Listed]]:
    """Read a manifest file; give each path in the bag with what is listed of it.

    Everything wrong becomes a finding of the layer manifests. Of a digest not known here nothing is
    given.
    """
    algorithm = algorithm_of(name)
    if algorithm not in DIGESTS:
        verdicts.warn("unknown-digest", name)
        return
    if algorithm in WEAK:
        verdicts.warn("weak-digest", name)
    wide, payload = DIGESTS[algorithm], not is_tag_manifest(name)
    for number, line in enumerate(text_lines(name, blocks, declaration, _LAYER, verdicts), 1):
        if not line:
            continue
        parts = _LINE.fullmatch(line)
        if not parts or len(parts[1]) != wide:
            detail = f"line {number} is not a {algorithm} digest and a path"
            verdicts.found(_LAYER, "malformed", name, detail)
            continue
        if parts[2]:
            verdicts.warn("binary-mark", name)
        path = parts[3] if payload and _ORDINARY.fullmatch(parts[3]) else None
        path = path or _path(name, parts[3], declaration, payload, verdicts)
        if path is not None:
            yield path, (parts[1].lower(), number)


def repeated(
    name: str, path: str, line: int, is_same: bool, declaration: Declaration, to: Verdicts
) -> None:
    """Note that a path is listed again; the drafts of BagIt allowed it with the same digest."""
    if declaration.is_final or not is_same:
        to.found(_LAYER, "malformed", name, f"line {line} repeats {shown(path)}")
    else:
        to.warn("listed-twice", shown(path), f"in {name}")


def read_fetch(data: bytes, declaration: Declaration, verdicts: Verdicts) -> frozenset[str]:
    """Give the paths that ``fetch.txt`` says are still to be fetched; nothing is ever fetched."""
    paths = set()
    for number, line in enumerate(text_lines(FETCH, [data], declaration, _LAYER, verdicts), 1):
        if not line.strip():
            continue
        parts = _FETCHED.fullmatch(line)
        if not parts:
            detail = f"line {number} is not an address, a length and a path"
            verdicts.found(_LAYER, "malformed", FETCH, detail)
        elif path := _path(FETCH, parts[1], declaration, True, verdicts):
            paths.add(path)
    return frozenset(paths)


def warn_of_names(paths: Iterable[str], verdicts: Verdicts) -> None:
    """Warn of names that other systems stumble over, and of what systems leave behind."""
    for path in paths:
        if _SYSTEM.search(path):
            verdicts.warn("system-file", shown(path))
        if _AWKWARD.search(path):
            verdicts.warn("awkward-name", shown(path))


def _path(
    name: str, text: str, declaration: Declaration, payload: bool, verdicts: Verdicts
) -> str | None:
    """Give the path that a line means, or None when it leads out of the bag."""
    path = _decoded(text, declaration) if "%" in text else text
    if path.startswith("./") or "//" in path or "/./" in path:
        verdicts.warn("not-plain", shown(path), f"in {name}")
        rooted = "/" if path.startswith("/") else ""
        path = rooted + "/".join(part for part in path.split("/") if part not in ("", "."))
    if payload and not path.startswith("data/"):
        verdicts.found(_LAYER, "unsafe-path", shown(path), f"not below data/, in {name}")
        return None
    if path.startswith(("/", "~", "\\")) or _DRIVE.match(path) or _climbs(path):
        verdicts.found(_LAYER, "unsafe-path", shown(path), f"in {name}")
        return None
    return path


def _climbs(path: str) -> bool:
    return ".." in path and ".." in re.split(r"[/\\]", path)


def _decoded(text: str, declaration: Declaration) -> str:
    if declaration.is_final:
        return from_manifest(text)
    if declaration.version == (0, 97):
        return re.sub("%0([AaDd])", lambda found: "\n" if found[1] in "Aa" else "\r", text)
    return text
