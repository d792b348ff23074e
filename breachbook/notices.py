"""Notices: documents addressed to someone, each kind a folder with `notice.yaml` beside `<language>.md.j2`.

`notice.yaml` says who reads it, which fields the law or practice requires, what it may be told and which
words it must never contain. Own folders come before the shipped one, file by file; an own template may
`{% extends "shipped:<kind>/<language>.md.j2" %}`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from breachbook.canonical import canonical, sha256
from breachbook.documents import shape
from breachbook.documents.inert import plain
from breachbook.errors import ContentError, Problem
from breachbook.source import read, validate

Id = str
_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"


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


class Uses(_Declared):
    """What a notice may be told and so rests on; everything else is kept from its templates.

    Attributes:
        facts: Kinds of facts; `*` for every kind, inside the house only.
        answers: Questions whose answers it quotes.
    """

    facts: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    party: bool = False
    agreements: bool = False
    trade_secrets: bool = False
    exhibits: bool = False
    deadlines: bool = False
    steps: bool = False
    custodian: bool = False
    demands: bool = False


class Forbidden(_Declared):
    """Wording a notice must not contain, outside quoted clauses: a regular expression and the reason."""

    pattern: str
    why: str
    languages: tuple[str, ...] = ()


class NoticeKind(_Declared):
    """One kind of notice.

    Attributes:
        languages: Language to its forms, each with its title; the first form is the usual one.
        privilege: As in the journal.
    """

    id: Id = Field(pattern=_ID)
    title: str
    audience: Literal["outward", "internal"]
    privilege: Literal["none", "attorney-client", "work-product", "common-interest", "confidential-secret"]
    languages: dict[str, dict[str, str]] = Field(min_length=1)
    requires: tuple[Required, ...]
    uses: Uses
    must_not_contain: tuple[Forbidden, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered notice.

    Attributes:
        markdown: UTF-8; what the two others were printed from.
        docx: For counsel to edit.
        pdf: PDF/A-2b, for the record.
        template: Canonical JSON of `notice.yaml` and every template used, by name.
        template_sha256: Its hash, hexadecimal.
    """

    markdown: bytes
    docx: bytes
    pdf: bytes
    template: bytes
    template_sha256: str


def load_kind(folders: Sequence[Path], kind: str) -> NoticeKind:
    """Read one kind's `notice.yaml` from the first folder that has it.

    Args:
        folders: Own folders first, the shipped one last.
        kind: Its id, which is its folder's name.

    Raises:
        ContentError: No such kind, or its `notice.yaml` cannot be accepted.
    """
    file = _declaration(folders, kind)
    loaded = validate(read(file, f"notices/{kind}/notice.yaml"), NoticeKind)
    if loaded.id != kind:
        raise ContentError([Problem(f"notices/{kind}/notice.yaml", None, "id", loaded.id, kind)])
    return loaded


def render(
    kind: str, language: str, context: Mapping[str, Any], folders: Sequence[Path], *,
    watermark: str | None = None, form: str | None = None,
) -> Rendered:  # fmt: skip
    """Render one notice as Markdown, DOCX and PDF/A-2b; the same arguments give the same bytes.

    Args:
        kind: Its id.
        language: One the kind has, such as ``zh-CN``.
        context: The fields of `breachbook.documents.shape.SHAPE`, as plain data; every text is data.
        folders: Own folders first, the shipped one last.
        watermark: Printed on every page.
        form: One of the language's forms; the first when None.

    Raises:
        ContentError: Every required field that is missing, with its authority; a language or form the
            kind has not; a template that fails; wording the kind forbids; a character without a glyph.
    """
    from breachbook.documents.press import Sheet, press
    from breachbook.documents.templates import markdown

    declared = load_kind(folders, kind)
    name = f"{kind}/{language}.md.j2"
    form, title = _form(declared, language, form)
    told = _told(declared, shape.fitted(context, language))
    _require(declared, language, form, told)
    text, sources = _text(declared, folders, name, told | {"form": form, "language": language})
    _refuse_words(declared, language, name, text)
    template = canonical({"notice.yaml": _declaration(folders, kind).read_text("utf-8"), **sources})
    letter = markdown(text)
    sheet = Sheet(
        language=language, title=title, author=plain(told["organisation"]["name"] or ""),
        label=plain(told["matter"]["id"] or ""), watermark=watermark or "", dated=plain(told["today"]),
    )  # fmt: skip
    docx, pdf = press(letter, sheet, f"notices/{name}")
    return Rendered(letter.encode(), docx, pdf, template, sha256(template))


def lint_kind(folders: Sequence[Path], kind: str) -> list[Problem]:
    """Check one kind whole: its declaration, its templates and that they ask only for what it declares.

    Every template is tried out with every declared field filled and again with every optional field empty.
    """
    try:
        declared = load_kind(folders, kind)
    except ContentError as error:
        return list(error.problems)
    return [*_lint_declaration(declared), *_lint_templates(declared, folders)]


def _declaration(folders: Sequence[Path], kind: str) -> Path:
    if re.match(_ID, kind):
        for folder in folders:
            if (file := folder / kind / "notice.yaml").is_file():
                return file
    there = sorted({file.parent.name for folder in folders for file in folder.glob("*/notice.yaml")})
    raise ContentError([Problem("notices", None, "", f"the kind {kind!r}", f"one of {', '.join(there)}")])


def _form(declared: NoticeKind, language: str, form: str | None) -> tuple[str, str]:
    where = f"notices/{declared.id}/notice.yaml"
    forms = declared.languages.get(language)
    if not forms:
        raise ContentError(
            [Problem(where, None, "languages", f"the language {language!r}", ", ".join(declared.languages))]
        )
    form = form or next(iter(forms))
    if form not in forms:
        raise ContentError(
            [Problem(where, None, f"languages.{language}", f"the form {form!r}", ", ".join(forms))]
        )
    return form, forms[form]


def _told(declared: NoticeKind, fitted: dict[str, Any]) -> dict[str, Any]:
    uses = declared.uses
    told = {key: fitted[key] for key in shape.ALWAYS}
    for key in ("agreements", "trade_secrets", "exhibits", "deadlines", "steps", "custodian", "demands"):
        if getattr(uses, key):
            told[key] = fitted[key]
    if uses.party:
        told["recipient"] = fitted["recipient"]
    if uses.facts:
        every = "*" in uses.facts
        told["facts"] = [fact for fact in fitted["facts"] if every or plain(fact["kind"] or "") in uses.facts]
    if uses.answers:
        told["answers"] = {question: fitted["answers"].get(question, []) for question in uses.answers}
    return told


def _require(declared: NoticeKind, language: str, form: str, told: Mapping[str, Any]) -> None:
    problems = []
    for field in declared.requires:
        if (field.languages and language not in field.languages) or (field.forms and form not in field.forms):
            continue
        asked = f"required by {field.authority}" if field.basis == "R" else f"required in practice: {field.authority}"
        if shape.missing(told, field.path):
            problems.append(_lack(declared, language, form, field, "nothing", asked))
        elif field.equals is not None and plain(str(shape.found(told, field.path))) != field.equals:
            got = plain(str(shape.found(told, field.path)))
            problems.append(_lack(declared, language, form, field, got, f"{field.equals}; {asked}"))
    if shape.missing(told, "today"):
        problems.append(Problem(f"{declared.id} ({language})", None, "today", "nothing", "the date of the letter"))
    if problems:
        raise ContentError(problems)


def _lack(declared: NoticeKind, language: str, form: str, field: Required, got: str, allowed: str) -> Problem:
    return Problem(f"{declared.id} ({language}, {form})", None, field.path, got, allowed, "record it, then draft again")


def _text(
    declared: NoticeKind, folders: Sequence[Path], name: str, told: Mapping[str, Any]
) -> tuple[str, dict[str, str]]:
    from breachbook.documents.templates import Templates

    templates = Templates(folders, name.split("/")[1].removesuffix(".md.j2"))
    return templates.render(name, told), templates.sources


def _refuse_words(declared: NoticeKind, language: str, name: str, text: str) -> None:
    own = plain("\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">")))
    problems = []
    for forbidden in declared.must_not_contain:
        if forbidden.languages and language not in forbidden.languages:
            continue
        if match := re.search(forbidden.pattern, own):
            got = " ".join(match[0].split())[:80]
            problems.append(Problem(f"notices/{name}", None, "", got, f"no such wording: {forbidden.why}"))
    if problems:
        raise ContentError(problems)


def _lint_declaration(declared: NoticeKind) -> Iterator[Problem]:
    where = f"notices/{declared.id}/notice.yaml"
    for index, field in enumerate(declared.requires):
        for path in field.path.split("|"):
            if not shape.knows(path):
                yield Problem(where, None, f"requires.{index}.path", path, "a known field; see documents/shape.py")
    for index, forbidden in enumerate(declared.must_not_contain):
        try:
            re.compile(forbidden.pattern)
        except re.error as error:
            yield Problem(where, None, f"must_not_contain.{index}.pattern", str(error), "a regular expression")
    if declared.audience == "outward" and "*" in declared.uses.facts:
        yield Problem(where, None, "uses.facts", "*", "the kinds of facts an outsider may read, by name")


def _lint_templates(declared: NoticeKind, folders: Sequence[Path]) -> Iterator[Problem]:
    from breachbook.documents.templates import Templates

    for language, forms in declared.languages.items():
        name = f"{declared.id}/{language}.md.j2"
        try:
            asked = Templates(folders, language).undeclared(name)
            full = _sampled(declared, language)
            for variable in sorted(asked - full.keys() - {"form", "language"}):
                yield Problem(f"notices/{name}", None, "", variable, "only what notice.yaml declares under uses")
            for form in forms:
                _text(declared, folders, name, full | {"form": form, "language": language})
        except ContentError as error:
            yield from error.problems


def _sampled(declared: NoticeKind, language: str) -> dict[str, Any]:
    context = shape.sample()
    kinds = [kind for kind in declared.uses.facts if kind != "*"] or ["any"]
    context["facts"] = [{**context["facts"][0], "kind": kind} for kind in kinds]
    context["answers"] = {"step": {question: "answer" for question in declared.uses.answers}}
    return _told(declared, shape.fitted(context, language))
