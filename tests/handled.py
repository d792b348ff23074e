"""The example's matter with sealed exhibits and the hands they go through."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from breachbook import chain
from breachbook.chain import Hand
from breachbook.errors import BreachbookError
from breachbook.events import ENGINE, Actor, Draft, Event
from breachbook.exhibit_book import Custody
from breachbook.kept import _mark
from breachbook.layout import SEAL_KEY
from breachbook.records import change_people
from breachbook.seal import acquire, own_key
from tests.cases_core import COUNSEL, Case, refused
from tests.exhibits import plain_source

HELEN, DAVID, LIN = "helen-marsh", "david-okafor", "lin-yue"
SAMUEL, JOAN, ALAN, NORA = "samuel-rivera", "joan-petrov", "alan-brooks", "nora-whitfield"
EXPERT, RIVAL, FOUNDRY = "example-laboratory", "example-rival", "beiyuan-foundry"
TOLD: dict[str, Any] = {"purpose": "analysis", "authority": "counsel's instruction"}
_ROWS = """\
  - id: example-laboratory
    name: Example Laboratory of Digital Evidence
    name_local: 示例电子数据司法鉴定所
    role: other
    place: CN
    language: zh-CN
    address: 9 Example Street
  - id: example-rival
    name: Example Rival Wheel Works
    role: holder
    place: US
    language: en-US
    address: 7 Example Street
"""


class Handled:
    """One matter, its exhibits and everybody who may touch them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.paper = case.workspace.root / "signed.pdf"
        self.paper.write_bytes(b"signed on paper")

    @classmethod
    def opened(cls, folder: Path) -> "Handled":
        """Open the example's matter with a laboratory and a rival among its outsiders."""
        case = Case.install(folder)
        parties = case.workspace.root / "parties.yaml"
        parties.write_text(parties.read_text("utf-8") + _ROWS, "utf-8")
        case.report()
        for person in (SAMUEL, LIN):
            change_people(case.file, case.library, COUNSEL, "add", person)
        return cls(case)

    def copy(self, folder: Path) -> "Handled":
        """Give one of its own that stands where this one does."""
        made = Handled(self.case.copy(folder))
        # What is slow to read and the same in every copy.
        known = self.case.workspace
        for name, value in (("people", known.people), ("parties", known.rows("parties"))):
            mark = _mark(made.case.workspace.root / f"{name}.yaml")
            made.case.workspace.kept._known[name] = ([mark], value)
        return made

    @property
    def exhibits(self) -> Path:
        """Give the folder of the exhibits."""
        return self.case.file.folder / "exhibits"

    def hand(self, person: str) -> Hand:
        """Give the hand of a person."""
        return Hand(self.case.library, self.case.file, Actor(person, "example"))

    def seal(self, exhibit: str = "E1", **changes: Any) -> None:
        """Seal a small folder as an exhibit that is marked in some way."""
        root = self.case.workspace.root
        source = plain_source(root / f"source-{exhibit}")
        before = [one.seal_sha256 for one in self.case.matter.exhibits.values()]
        sealed = acquire(
            source, self.exhibits, exhibit, record={"matter": self.case.id},
            key=own_key(root / SEAL_KEY), journal_head=self.case.matter.head,
            now=self.case.workspace.now, previous_seal=before[-1] if before else None,
        )  # fmt: skip
        shutil.rmtree(source)
        data = {
            "exhibit": exhibit, "step": "-", "target": "-", "files": sealed.files,
            "bytes": sealed.bytes, "manifest_sha256": sealed.manifest_sha256,
            "tagmanifest_sha256": sealed.tagmanifest_sha256, "seal_sha256": sealed.seal_sha256,
            "findings": {}, "place": "US", "stored": "US",
        }  # fmt: skip
        begun = {"exhibit": exhibit, "collector": "folder", "source": "-"}
        actor = Actor(changes.pop("operator", ENGINE.person), "engine")
        told = {key: value for key, value in (data | changes).items() if value != ""}
        self.append(Draft("exhibit.begun", begun), Draft("exhibit.sealed", told, actor))

    def append(self, *drafts: Draft) -> list[Event]:
        """Append to the matter as another part of Breachbook would."""
        return self.case.file.transact(lambda _: list(drafts))

    def hold(self) -> None:
        """Put a custodian under hold."""
        self.append(
            Draft("hold.issued", {"hold": "h-1", "custodian": ALAN, "document": "D9"}, COUNSEL)
        )

    def silent_hold(self) -> None:
        """Put a hold in silence to a steward."""
        scope = {"c": "d" * 64}
        self.append(
            Draft("consent.asked", {"consent": "S1", "what": "silent-hold", "about": ALAN,
                                    "reason": scope}, COUNSEL),
            Draft("hold.placed", {"hold": "q-1", "about": ALAN, "scope": scope, "consent": "S1"},
                  COUNSEL),
            Draft("hold.ordered", {"hold": "q-1", "custodian": "ruth-cole", "notice": "e" * 64,
                                   "version": 1, "tasks": ["mailbox-hold"]}, COUNSEL),
        )  # fmt: skip

    def release(self) -> None:
        """Release that hold."""
        self.append(
            Draft("hold.released", {"hold": "h-1", "custodian": ALAN, "reason": {"c": "f" * 64}},
                  COUNSEL)
        )  # fmt: skip

    def hand_over(self, giver: str, taker: str) -> None:
        """Have an exhibit offered and taken within the US."""
        entry = chain.offer(self.hand(giver), "E1", taker, to_place="US", **TOLD)[-1].data["entry"]
        chain.take(self.hand(taker), entry, condition="as described")

    def damage(self, exhibit: str = "E1") -> None:
        """Change one byte of what an exhibit holds."""
        path = self.exhibits / exhibit / "data" / "list.csv"
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-1] + b"X")

    def chain(self, exhibit: str = "E1") -> list[Custody]:
        """Give an exhibit's chain of custody."""
        return self.case.matter.evidence.custody_of(exhibit)

    def acts(self, exhibit: str = "E1") -> list[str]:
        """Name the acts of an exhibit's chain of custody."""
        return [entry.act for entry in self.chain(exhibit)]

    def refused(self, act: Callable[[], object], error: type[BreachbookError], words: str) -> None:
        """Expect an act to be refused in these words, and nothing to be recorded."""
        refused(self.case, act, error, words)

    def pass_time(self, **parts: float) -> None:
        """Move the clock on."""
        self.case.clock.now += timedelta(**parts)
