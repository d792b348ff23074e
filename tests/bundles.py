"""Bundles that several tests make, and their procedure run as somebody without Breachbook runs it."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from breachbook import chain
from breachbook.anchoring import making
from breachbook.bundle import Material, Request, export
from breachbook.bundle.exporting import Exported, complete
from breachbook.bundle.procedure import PAGES, commands
from breachbook.bundle.writing import drafted
from breachbook.canonical import sha256
from breachbook.events import Draft, stamp
from breachbook.matter_file import MatterFile
from breachbook.seal import seal_path
from breachbook.timestamp.asking import request as question
from breachbook.timestamp.keeping import chain as certificates
from tests.authority import OpenSsl
from tests.cases_core import COUNSEL, Case

# Every program of coreutils that the page uses; nothing else but a shell and openssl is in the path.
COREUTILS = (
    "basenc", "cat", "comm", "cut", "date", "du", "echo", "head", "mkdir", "mktemp", "mv", "paste",
    "printf", "rm", "sha256sum", "sha512sum", "sort", "split", "tail", "tr", "wc", "yes",
)  # fmt: skip


def hand(case: Case) -> chain.Hand:
    """Give the hand of the example's counsel."""
    return chain.Hand(case.library, case.file, COUNSEL)


def made(case: Case, audience: str = "court", **changes: str) -> Exported:
    """Export every exhibit of a matter to somebody in the United States."""
    given: dict[str, Any] = {"to_place": "US", **changes}
    return export(hand(case), Request(audience, **given))


def written(case: Case, audience: str, parent: Path, party: str | None = None) -> Path:
    """Make a bundle without recording anything."""
    matter = case.matter
    material = Material.read(case.workspace, case.id, tuple(matter.exhibits), audience, party)
    with drafted(parent, audience) as draft:
        for exhibit in matter.exhibits:
            bag = case.file.folder / "exhibits" / exhibit
            draft.add_bag(bag, f"exhibits/{exhibit}")
        complete(draft, material)
        draft.publish(parent / material.name)
    return parent / material.name


def pin(case: Case, folder: Path) -> None:
    """Anchor a matter, and have its exhibits and its anchor time-stamped by openssl."""
    authority = OpenSsl(folder)
    making.make(case.workspace.root, case.file, "asked", case.workspace.now())
    file, matter = case.file, case.matter
    subjects = {
        one: seal_path(file.folder / "exhibits" / one).read_bytes() for one in matter.exhibits
    }
    subjects |= {
        one.id: file.store.get(one.checkpoint) for one in matter.evidence.anchors.values()
    }
    for about, data in subjects.items():
        asked = question(data, None)
        reply = authority.stamp(asked)
        event = {
            "about": about, "subject": sha256(data), "authority": "own-openssl",
            "legal_class": "plain", "when": stamp(case.clock.now), "request": file.store.put(asked),
            "reply": file.store.put(reply),
            "chain": file.store.put(certificates(reply, authority.roots.read_bytes())),
        }  # fmt: skip
        _record(file, Draft("timestamp.received", event))


def _record(file: MatterFile, draft: Draft) -> None:
    file.transact(lambda _: [draft])


def tools(folder: Path) -> Path:
    """Make a folder that holds links to coreutils, a shell and openssl, and nothing else."""
    folder.mkdir()
    for name in (*COREUTILS, "sh", "openssl"):
        found = shutil.which(name)
        assert found is not None, name
        (folder / name).symlink_to(found)
    return folder


def page_of(bundle: Path, language: str = "en-US") -> str:
    """Read the page of a bundle in one language."""
    return (bundle / f"{PAGES[language]}.txt").read_text("utf-8")


def first_block(page: str) -> str:
    """Cut a page after its first check, that of the list of files."""
    return page.partition("\n2. ")[0] + "\n    [ $bad = 0 ]\n"


def follow(bundle: Path, path: Path, page: str) -> subprocess.CompletedProcess[str]:
    """Run the commands of a page in an empty environment.

    Args:
        bundle: The bundle's folder, where they are run.
        path: The one folder of programs.
        page: The page, as it was read before anybody changed the bundle.
    """
    return subprocess.run(
        [path / "sh"],
        input=commands(page),
        cwd=bundle,
        env={"PATH": str(path)},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def copied(bundle: Path, folder: Path) -> Path:
    """Copy a bundle into a new folder, where its files can be changed."""
    shutil.copytree(bundle, folder)
    for path in files(folder).values():
        path.chmod(0o600)
    return folder


def files(folder: Path) -> Mapping[str, Path]:
    """List every file of a folder by path."""
    found = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return {str(path.relative_to(folder)): path for path in sorted(found)}
