"""Compares what a bag lists with what it holds: structure, manifests, tag files and anything beyond."""

import unicodedata
from collections.abc import Collection
from dataclasses import replace

from breachbook.seal.bag import digest
from breachbook.seal.declaration import read_info
from breachbook.seal.findings import Verdicts, counted
from breachbook.seal.manifests import FETCH, WEAK, Manifest, warn_of_names
from breachbook.seal.names import collisions, shown
from breachbook.seal.opening import Opened


def check_structure(opened: Opened, verdicts: Verdicts, own: bool) -> None:
    """Judge the layer structure.

    Args:
        own: Whether the bag is an exhibit of ours, which always has tag manifests.
    """
    if "data" not in opened.entries or opened.entries["data"].kind != "folder":
        verdicts.found("structure", "missing", "data")
    if not opened.manifests:
        verdicts.found("structure", "missing", "manifest-sha256.txt")
    if own and not opened.tag_manifests:
        verdicts.found("structure", "missing", "tagmanifest-sha256.txt")
    _check_size(opened, verdicts)
    about = f"a BagIt {opened.declaration} bag of {counted(len(opened.files), 'file')}"
    encoding = opened.declaration.encoding
    more = "" if encoding == "utf-8" else f", tag files in {encoding.upper()}"
    verdicts.state("structure", "valid", about + more)


def _check_size(opened: Opened, verdicts: Verdicts) -> None:
    found = f"{sum(one.facts[6] for one in opened.files.values())}.{len(opened.files)}"
    stated = read_info(opened.tags, opened.declaration, verdicts).get("payload-oxum", [])
    for oxum in stated:
        if oxum != found:
            detail = f"Payload-Oxum {shown(oxum)}, found {found}"
            verdicts.found("structure", "disagrees", "data", detail)


def check_manifests(opened: Opened, verdicts: Verdicts, own: bool) -> None:
    """Judge the layer manifests, and of the payload what is missing or beyond.

    BagIt 1.0 asks that every manifest lists every file; in the drafts before it one of them did.
    """
    if not own:
        opened.manifests = [_in_our_form(one, opened, verdicts) for one in opened.manifests]
    known = [one for one in opened.manifests if one.is_known]
    listed = {path for one in known for path in one.digests}
    if not own:
        warn_of_names(listed, verdicts)
        for path in collisions(listed):
            verdicts.warn("name-collision", shown(path))
    for path in opened.fetch - listed:
        verdicts.found("manifests", "disagrees", shown(path), f"in {FETCH} and in no manifest")
    for path in listed - opened.files.keys():
        detail = "to be fetched; nothing is fetched here" if path in opened.fetch else ""
        verdicts.found("payload", "missing", shown(path), detail)
    names = ", ".join(one.name for one in known)
    if opened.declaration.is_final:
        for one in known:
            _check_listed(opened, one.digests, one.name, verdicts)
    elif known:
        _check_listed(opened, listed, names, verdicts)
    if known:
        weak = all(one.algorithm in WEAK for one in known)
        verdicts.state(
            "manifests",
            "valid",
            f"{names} lists every file" + (", by digests that can be forged" if weak else ""),
        )
    elif opened.manifests:
        verdicts.state("manifests", "not-checked", "every manifest is in a digest not known here")
        verdicts.state("payload", "not-checked", "every manifest is in a digest not known here")


def _check_listed(opened: Opened, listed: Collection[str], where: str, verdicts: Verdicts) -> None:
    for path in opened.files:
        if path not in listed:
            verdicts.found("payload", "extra", shown(path), f"not in {where}")


def _in_our_form(manifest: Manifest, opened: Opened, verdicts: Verdicts) -> Manifest:
    """Take a file that is there under another Unicode form of its name for the one that is listed.

    Authority:
        RFC 8493, on the interoperability of file names: systems change their Unicode form, and a
        reader may allow for it.
    """
    missing = [path for path in manifest.digests if path not in opened.files]
    if not missing or not manifest.is_known:
        return manifest
    forms: dict[str, list[str]] = {}
    for path in opened.files.keys() - manifest.digests.keys():
        forms.setdefault(unicodedata.normalize("NFC", path), []).append(path)
    digests = dict(manifest.digests)
    for path in missing:
        there = forms.get(unicodedata.normalize("NFC", path), [])
        if len(there) == 1:
            digests[there.pop()] = digests.pop(path)
            verdicts.warn("other-form", shown(path))
    return replace(manifest, digests=digests)


def check_tags(opened: Opened, verdicts: Verdicts, own: bool) -> None:
    """Compare every tag file with every tag manifest, and what is there with what may be there."""
    known = [one for one in opened.tag_manifests if one.is_known]
    for manifest in known:
        for path, wanted in manifest.digests.items():
            if path not in opened.tags:
                verdicts.found("tag-files", "missing", shown(path), f"listed in {manifest.name}")
            elif digest(opened.tags[path], manifest.algorithm) != wanted:
                verdicts.found("tag-files", "changed", shown(path))
    listed = {path for one in known for path in one.digests}
    beyond = opened.tags.keys() - listed - {one.name for one in opened.tag_manifests}
    if own:
        _check_beyond(opened, listed, beyond, verdicts)
    if not known:
        reason = "no tag manifest that can be checked; BagIt does not ask for one"
        verdicts.state("tag-files", "not-checked", reason)
        verdicts.state("extra-files", "not-checked", reason)
        return
    reason = f"{counted(len(listed), 'tag file')} as the tag manifest lists them"
    verdicts.state("tag-files", "valid", reason)
    verdicts.state("extra-files", "valid", "nothing in the bag but what is listed")
    if beyond and not own:
        for path in beyond:
            verdicts.warn("not-covered", shown(path))
        reason = f"{counted(len(beyond), 'tag file')} listed nowhere, as BagIt allows"
        verdicts.state("extra-files", "not-checked", reason)


def _check_beyond(
    opened: Opened, listed: Collection[str], beyond: Collection[str], verdicts: Verdicts
) -> None:
    """Find what an exhibit of ours holds outside ``data/`` and lists nowhere."""
    for path in beyond:
        verdicts.found("extra-files", "extra", shown(path))
    for path, entry in opened.entries.items():
        outside = entry.kind == "folder" and path != "data" and not path.startswith("data/")
        if outside and not any(one.startswith(f"{path}/") for one in listed):
            verdicts.found("extra-files", "extra", shown(path), "a folder")
