"""Check a kind of notice whole, before it is ever drafted."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from breachbook.documents import shape
from breachbook.documents.declaration import NoticeKind, load_kind
from breachbook.errors import ContentError, Problem

_OWN_WORDS = frozenset({"form", "language"})
_NOT_DECLARED = "only what notice.yaml declares under uses"


def lint_kind(folders: Sequence[Path], kind: str) -> list[Problem]:
    """Check one kind: its declaration, and that its templates ask only for what it declares.

    Every template is tried out, in every form, with every declared field filled.
    """
    try:
        declared = load_kind(folders, kind)
    except ContentError as error:
        return list(error.problems)
    return [*_declaration(declared), *_templates(declared, folders)]


def _declaration(declared: NoticeKind) -> Iterator[Problem]:
    where = f"notices/{declared.id}/notice.yaml"
    for index, field in enumerate(declared.requires):
        for path in field.path.split("|"):
            if not shape.knows(path):
                key = f"requires.{index}.path"
                allowed = "a field of breachbook.documents.shape.SHAPE"
                yield Problem(where, None, key, path, allowed)
    for index, forbidden in enumerate(declared.must_not_contain):
        try:
            re.compile(forbidden.pattern)
        except re.error as error:
            key = f"must_not_contain.{index}.pattern"
            yield Problem(where, None, key, str(error), "a regular expression")
    if declared.audience == "outward" and "*" in declared.uses.facts:
        yield Problem(where, None, "uses.facts", "*", "the kinds an outsider may read, by name")
    if declared.audience == "outward" and declared.uses.journal:
        yield Problem(where, None, "uses.journal", "true", "false: no outsider reads the journal")
    for language, forms in declared.languages.items():
        if not forms:
            yield Problem(where, None, f"languages.{language}", "nothing", "at least one form")


def _templates(declared: NoticeKind, folders: Sequence[Path]) -> Iterator[Problem]:
    from breachbook.documents.templates import Templates

    for language, forms in declared.languages.items():
        name = f"{declared.id}/{language}.md.j2"
        told = _sample(declared, language)
        try:
            templates = Templates(folders, language)
            for variable in sorted(templates.undeclared(name) - told.keys() - _OWN_WORDS):
                yield Problem(f"notices/{name}", None, "", variable, _NOT_DECLARED)
            for form in forms:
                templates.render(name, told | {"form": form, "language": language})
        except ContentError as error:
            yield from error.problems


def _sample(declared: NoticeKind, language: str) -> dict[str, Any]:
    context = shape.sample()
    kinds = [kind for kind in declared.uses.facts if kind != "*"] or ["any"]
    context["facts"] = [
        {**context["facts"][0], "kind": kind, "about": "incident"} for kind in kinds
    ]
    context["answers"] = {"step": dict.fromkeys(declared.uses.answers, "answer")}
    return declared.told(shape.fitted(context, language))
