"""Judges a bag's structure, its tag files, and what it holds beyond what it lists."""

from collections.abc import Collection

from breachbook.seal.findings import Verdicts, counted
from breachbook.seal.names import shown
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
    about = f"a BagIt {opened.declaration} bag of {counted(opened.files, 'file')}"
    encoding = opened.declaration.encoding
    more = "" if encoding == "utf-8" else f", tag files in {encoding.upper()}"
    verdicts.state("structure", "valid", about + more)


def _check_size(opened: Opened, verdicts: Verdicts) -> None:
    found = f"{opened.size}.{opened.files}"
    for oxum in opened.info.get("payload-oxum", []):
        if oxum != found:
            detail = f"Payload-Oxum {shown(oxum)}, found {found}"
            verdicts.found("structure", "disagrees", "data", detail)


def check_tags(opened: Opened, verdicts: Verdicts, own: bool) -> None:
    """Compare every tag file with every tag manifest, and what is there with what may be there."""
    known = [one for one in opened.tag_manifests if one.is_known]
    for manifest in known:
        manifest.listed.finish()
        for path, (wanted, _) in manifest.listed.early.items():
            if path not in opened.tags:
                verdicts.found("tag-files", "missing", shown(path), f"listed in {manifest.name}")
            elif opened.tags[path].digest(manifest.algorithm) != wanted:
                verdicts.found("tag-files", "changed", shown(path))
    listed = {path for one in known for path in one.listed.early}
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
