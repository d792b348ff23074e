"""What matters rest on: law, playbooks, notices and recipes, shipped and the workspace's own."""

import os
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from breachbook import content, source, stamp_authorities
from breachbook.agenda import AnchorPlan, NoticeFacts, Reference, StampPlan
from breachbook.anchors import plan
from breachbook.canonical import digest, sha256
from breachbook.compiled import Compiled
from breachbook.connectors import Recipe, connector, load_recipes
from breachbook.deadlines import Law
from breachbook.errors import ContentError, Problem
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.notices import NoticeKind, load_kind
from breachbook.playbook import Playbook
from breachbook.playbook_lint import Known, load
from breachbook.workspace import Workspace

DEFAULT_PLAYBOOK = "supplier-leak"


class Library:
    """Everything a workspace's matters refer to; law and notices are read once, rows and recipes each time."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._pinned: dict[str, Playbook] = {}

    @cached_property
    def law(self) -> Law:
        """Give every rule of law, ours and the workspace's own."""
        return Compiled(content.law_folders(self.workspace.root), os.environ).law

    @cached_property
    def notices(self) -> dict[str, NoticeKind]:
        """Give every notice kind by id; the workspace's own stand before ours."""
        folders = content.folders("notices", self.workspace.root)
        names = {
            entry.name
            for folder in folders
            for entry in folder.iterdir()
            if (entry / "notice.yaml").is_file()
        }
        return {name: load_kind(folders, name) for name in sorted(names)}

    def recipes(self) -> dict[str, Recipe]:
        """Give the workspace's recipes by id, as they stand now."""
        folder = self.workspace.root / "recipes"
        files = [folder, *sorted(folder.glob("*.yaml"))]
        return self.workspace.kept.get("recipes", files, lambda: load_recipes(folder))

    def playbooks(self) -> list[str]:
        """List every playbook id, ours and the workspace's own."""
        folders = content.folders("playbooks", self.workspace.root)
        return sorted({path.stem for folder in folders for path in folder.glob("*.yaml")})

    def known(self) -> Known:
        """Say what a playbook of this workspace may refer to."""
        return Known(
            notices={name: kind.audience for name, kind in self.notices.items()},
            dockets=frozenset(self.law.dockets),
            triggers=frozenset(self.law.triggers),
            recipes=frozenset(self.recipes()),
            roles=frozenset(
                role for p in self.workspace.people.by_id.values() for role in p.roles
            ),
        )

    def playbook(self, playbook: str) -> tuple[bytes, Playbook]:
        """Read a playbook by id: its bytes, to be pinned in the matter's store, and its content.

        Raises:
            ContentError: There is none of that name, or it has problems.
        """
        path = content.find("playbooks", f"{playbook}.yaml", self.workspace.root)
        raw = path.read_bytes()
        return raw, load(source.parse(raw, path.name), self.known())

    def playbook_for(self, vector: str) -> tuple[bytes, Playbook]:
        """Choose the playbook for the way a secret leaked: configured, else of that name, else the default."""
        named: dict[str, str] = {}
        named.update(self.workspace.config.playbooks.items())
        wanted = named.get(vector, f"{vector}-leak")
        return self.playbook(
            wanted if vector in named or wanted in self.playbooks() else DEFAULT_PLAYBOOK
        )

    def pinned(self, file: MatterFile, matter: Matter) -> Playbook:
        """Give the playbook a matter runs, from the bytes kept when it was chosen."""
        if matter.playbook is None:
            raise ContentError(
                [Problem(matter.id, None, "", "no playbook", "`breachbook playbook MATTER ID`")]
            )
        playbook, sha = matter.playbook
        if sha not in self._pinned:
            read = source.parse(file.store.get(sha), f"{playbook}.yaml")
            self._pinned[sha] = source.validate(read, Playbook)
        return self._pinned[sha]

    def reference(self) -> Reference:
        """Give what matters rest on outside their journals, as it stands now."""
        workspace = self.workspace
        recipes = {key: self._recipe_row(recipe) for key, recipe in self.recipes().items()}
        return Reference(
            people=workspace.people,
            law=self.law,
            agreements=workspace.rows("agreements"),
            trade_secrets=workspace.rows("trade_secrets"),
            accounts=workspace.rows("accounts"),
            sources=workspace.rows("sources"),
            recipes=recipes,
            notices={name: self._facts(kind) for name, kind in self.notices.items()},
            organisation=digest(_senders(workspace)),
            anchors=_anchor_plan(workspace),
            stamps=StampPlan(
                tuple(stamp_authorities.asked(workspace, os.environ)),
                workspace.config.anchors.time_stamp,
            ),
        )

    def _recipe_row(self, recipe: Recipe) -> dict[str, Any]:
        made = connector(recipe, example=self.workspace.example)
        return {
            "sha256": digest(recipe.as_data()),
            "target_notices": recipe.target_notices,
            "alters_evidence": recipe.alters_evidence,
            "by_person": made.describe().by_person,
        }

    def _facts(self, kind: NoticeKind) -> NoticeFacts:
        folders = content.folders("notices", self.workspace.root)
        files = [
            path
            for folder in folders
            for path in sorted((folder / kind.id).glob("*"))
            if path.is_file()
        ]
        kept = self.workspace.kept
        return kept.get(f"notice {kind.id}", files, lambda: self._read_facts(kind, files))

    def _read_facts(self, kind: NoticeKind, files: Sequence[Path]) -> NoticeFacts:
        listing = {f"{n}-{path.name}": sha256(path.read_bytes()) for n, path in enumerate(files)}
        return NoticeFacts(
            kind.audience,
            digest(listing),
            tuple(kind.languages),
            frozenset(kind.uses.facts),
            kind.uses.exhibits,
        )

    def law_problem(self, kind: str, when: str) -> str | None:
        """Say what a fact should have been: a known trigger, holding what it demands; None if right."""
        trigger: Any = self.law.triggers.get(kind)
        if trigger is None:
            return "a trigger of law/triggers.yaml; `breachbook rules --triggers` lists them"
        is_instant = "T" in when
        if trigger.holds == "instant" and not is_instant:
            return "a date and time with its offset, because this trigger holds an instant"
        if trigger.holds == "date" and is_instant:
            return "a date alone, because this trigger holds a date at its place"
        if is_instant and datetime.fromisoformat(when).tzinfo is None:
            return "a time with its offset"
        return None


def _anchor_plan(workspace: Workspace) -> AnchorPlan:
    chosen = workspace.config
    slack = chosen.anchors.slack and chosen.slack is not None
    return plan(chosen.anchors.minutes, chosen.anchors.folders, slack=slack)


def _senders(workspace: Workspace) -> dict[str, Any]:
    """Give who letters come from: the organisation and the law firms that may sign for it."""
    return workspace.config.model_dump(mode="json", include={"organisation", "law_firms"})
