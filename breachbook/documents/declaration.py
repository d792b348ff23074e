"""The declaration of a kind of notice: `notice.yaml`, read strictly."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from breachbook.documents import shape
from breachbook.documents.inert import plain
from breachbook.errors import ContentError, Problem
from breachbook.source import parse, validate

_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_SWITCHED = (
    "agreements", "trade_secrets", "exhibits", "deadlines", "steps", "journal", "custodian", "demands",
    "hold",
)  # fmt: skip


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Required(_Declared):
    """One field a notice cannot do without.

    Attributes:
        path: Dotted; `*` means every item of a list, `a|b` either of two.
        authority: Who says so, with the pinpoint.
        basis: `R` when the authority itself requires it, `P` when practice does.
        equals: The only value allowed, where one is.
        languages: Where it is required; empty for everywhere.
        forms: The forms it is required in; empty for all.
    """

    path: str
    authority: str
    basis: Literal["R", "P"]
    equals: str | None = None
    languages: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()

    def applies(self, language: str, form: str) -> bool:
        """Tell whether one form in one language needs this field."""
        return language in (self.languages or (language,)) and form in (self.forms or (form,))


class Uses(_Declared):
    """What a notice may be told and so rests on; everything else is kept from its templates.

    Attributes:
        facts: Kinds of facts; `*` for every kind, inside the house only.
        answers: Questions whose answers it quotes.
        agreements: All those with parties of the matter, or only the recipient's ``own``.
    """

    facts: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    party: bool = False
    agreements: bool | Literal["own"] = False
    trade_secrets: bool = False
    exhibits: bool = False
    deadlines: bool = False
    steps: bool = False
    journal: bool = False
    custodian: bool = False
    demands: bool = False
    hold: bool = False


class Forbidden(_Declared):
    """Wording a notice must not contain outside quoted clauses: a pattern and the reason."""

    pattern: str
    why: str
    languages: tuple[str, ...] = ()


class NoticeKind(_Declared):
    """One kind of notice.

    Attributes:
        languages: Language to its forms, each with its title; the first form is the usual one.
        privilege: As in the journal.
    """

    id: str = Field(pattern=_ID)
    title: str
    audience: Literal["outward", "internal"]
    privilege: Literal[
        "none", "attorney-client", "work-product", "common-interest", "confidential-secret"
    ]
    languages: dict[str, dict[str, str]] = Field(min_length=1)
    requires: tuple[Required, ...]
    uses: Uses
    must_not_contain: tuple[Forbidden, ...] = ()

    def told(self, fitted: Mapping[str, Any]) -> dict[str, Any]:
        """Pick from a fitted context what this kind declared and what every notice may know.

        An outsider is told nothing of the matter but its id, its day and its places, no fact about
        another party, only those about the recipient or the incident, and nothing of who has
        access to a secret or where the proof of its measures is.
        """
        uses = self.uses
        told = {key: fitted[key] for key in shape.ALWAYS}
        told |= {key: fitted[key] for key in _SWITCHED if getattr(uses, key)}
        if uses.party:
            told["recipient"] = fitted["recipient"]
        if uses.agreements == "own":
            own = fitted["recipient"]["id"]
            told["agreements"] = [row for row in told["agreements"] if row["counterparty"] == own]
        if uses.facts:
            told["facts"] = [fact for fact in fitted["facts"] if self._may_hear(fact, fitted)]
        if uses.answers:
            given = fitted["answers"]
            told["answers"] = {question: given.get(question, []) for question in uses.answers}
        if self.audience == "outward":
            kept = {"id", "opened_on", "places"}
            told["matter"] = {key: told["matter"][key] for key in kept}
            if uses.trade_secrets:
                told["trade_secrets"] = [
                    _for_outsiders(secret) for secret in told["trade_secrets"]
                ]
        return told

    def _may_hear(self, fact: Mapping[str, Any], fitted: Mapping[str, Any]) -> bool:
        if "*" not in self.uses.facts and plain(fact["kind"] or "") not in self.uses.facts:
            return False
        concerned = ("incident", fitted["recipient"]["id"], fitted["matter"]["id"])
        return self.audience == "internal" or fact["about"] in concerned


def _for_outsiders(secret: Mapping[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in secret.items() if key != "access"}
    kept = ("kind", "text", "since")
    shown["measures"] = [{key: measure[key] for key in kept} for measure in secret["measures"]]
    return shown


def load_kind(folders: Sequence[Path], kind: str) -> NoticeKind:
    """Read one kind's `notice.yaml` from the first folder that has it.

    Args:
        folders: Own folders first, the shipped one last.
        kind: Its id, which is its folder's name.

    Raises:
        ContentError: No such kind, or its `notice.yaml` cannot be accepted.
    """
    name = f"notices/{kind}/notice.yaml"
    try:
        raw = declaration_file(folders, kind).read_bytes()
    except OSError as error:
        got = error.strerror or "an error"
        raise ContentError([Problem(name, None, "", got, "a readable file")]) from error
    loaded = _accepted(raw, name)
    if loaded.id != kind:
        raise ContentError([Problem(name, None, "id", loaded.id, kind)])
    return loaded


@lru_cache(maxsize=64)
def _accepted(raw: bytes, name: str) -> NoticeKind:
    return validate(parse(raw, name), NoticeKind)


def declaration_file(folders: Sequence[Path], kind: str) -> Path:
    """Find the `notice.yaml` a kind is declared in; see `load_kind`."""
    if re.match(_ID, kind):
        for folder in folders:
            if (file := folder / kind / "notice.yaml").is_file():
                return file
    there = {file.parent.name for folder in folders for file in folder.glob("*/notice.yaml")}
    allowed = f"one of {', '.join(sorted(there))}"
    raise ContentError([Problem("notices", None, "", f"the kind {kind!r}", allowed)])
