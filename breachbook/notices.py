"""Notices: documents addressed to someone, each kind a folder of `notices`.

`notice.yaml` says who reads it, which fields law or practice requires, what it may be told and
which words it must never contain; beside it stands one `<language>.md.j2` a language. Own folders
come before the shipped one, file by file, and an own template may
`{% extends "shipped:<kind>/<language>.md.j2" %}`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breachbook.canonical import canonical, sha256
from breachbook.documents import bilingual, shape
from breachbook.documents.declaration import NoticeKind, Required, declaration_file, load_kind
from breachbook.documents.inert import plain, release
from breachbook.documents.lint import lint_kind
from breachbook.errors import ContentError, Problem

__all__ = [
    "WATERMARK",
    "NoticeKind",
    "Rendered",
    "forbidden",
    "lint_kind",
    "load_kind",
    "render",
]

# On every page of what an example's matter says to anybody.
WATERMARK = "EXAMPLE - NOT A REAL NOTICE"


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


def render(
    kind: str,
    language: str,
    context: Mapping[str, Any],
    folders: Sequence[Path],
    *,
    watermark: str | None = None,
    form: str | None = None,
) -> Rendered:
    """Render one notice; the same arguments give the same bytes.

    Args:
        kind: Its id.
        language: One the kind has, such as ``zh-CN``.
        context: The fields of `breachbook.documents.shape.SHAPE`; every text in it is data.
        folders: Own folders first, the shipped one last.
        watermark: Printed on every page.
        form: One of the language's forms; the first when None.

    Raises:
        ContentError: Every required field that is missing, with its authority; a language or
            form the kind has not; a template that fails; wording the kind forbids; a character
            the fonts have not.
    """
    from breachbook.documents.press import Sheet, press

    declared = load_kind(folders, kind)
    form, title = _form(declared, language, form)
    told = declared.told(shape.fitted(context, language))
    name = f"{kind}/{language}.md.j2"
    if form == bilingual.FORM:
        text, sources = _side_by_side(declared, language, context, folders)
    else:
        text, sources = _text(declared, language, form, context, folders)
    declaration = declaration_file(folders, kind).read_text("utf-8")
    template = canonical({"notice.yaml": declaration, **sources})
    sheet = Sheet(
        language=language,
        title=title,
        author=plain(told["organisation"]["name"]),
        label=plain(told["matter"]["id"]),
        watermark=watermark or "",
        dated=plain(told["today"]),
    )
    docx, pdf = press(text, sheet, f"notices/{name}")
    return Rendered(release(text).encode(), docx, pdf, template, sha256(template))


def _text(
    declared: NoticeKind,
    language: str,
    form: str,
    context: Mapping[str, Any],
    folders: Sequence[Path],
) -> tuple[str, Mapping[str, str]]:
    """Fill one form in one language; give its text, values still inert, and its templates."""
    from breachbook.documents.templates import Templates, tidy

    told = declared.told(shape.fitted(context, language))
    if problems := list(_missing(declared, language, form, told)):
        raise ContentError(problems)
    name = f"{declared.id}/{language}.md.j2"
    templates = Templates(folders, language)
    text = tidy(templates.render(name, told | {"form": form, "language": language}))
    if problems := list(forbidden(declared, language, f"notices/{name}", text)):
        raise ContentError(problems)
    return text, templates.sources


def _side_by_side(
    declared: NoticeKind, language: str, context: Mapping[str, Any], folders: Sequence[Path]
) -> tuple[str, Mapping[str, str]]:
    """Set the kind's first form in its first language beside the working copy of it."""
    original, forms = next(iter(declared.languages.items()))
    usual, title = next(iter(forms.items()))
    _, copy_title = _form(declared, language, bilingual.WORKING_COPY)
    text, sources = _text(declared, original, usual, context, folders)
    copy, others = _text(declared, language, bilingual.WORKING_COPY, context, folders)
    place = f"notices/{declared.id}/{language}.md.j2"
    return bilingual.beside(text, copy, (title, copy_title), place), {**sources, **others}


def _form(declared: NoticeKind, language: str, form: str | None) -> tuple[str, str]:
    where = f"notices/{declared.id}/notice.yaml"
    forms = declared.languages.get(language)
    if not forms:
        got, allowed = f"the language {language!r}", ", ".join(declared.languages)
        raise ContentError([Problem(where, None, "languages", got, allowed)])
    form = form or next(iter(forms))
    if form not in forms:
        got, allowed = f"the form {form!r}", ", ".join(forms)
        raise ContentError([Problem(where, None, f"languages.{language}", got, allowed)])
    return form, forms[form]


_EVERY = (
    Required(path="matter.id", authority="the file it belongs to", basis="P"),
    Required(path="organisation.name", authority="whose notice it is", basis="P"),
    Required(path="today", authority="its date", basis="P"),
)


def _missing(
    declared: NoticeKind, language: str, form: str, told: Mapping[str, Any]
) -> Iterator[Problem]:
    own = {field.path for field in declared.requires}
    for field in (*declared.requires, *(field for field in _EVERY if field.path not in own)):
        if not field.applies(language, form):
            continue
        lacks = shape.missing(told, field.path)
        got = "nothing" if lacks else plain(str(shape.found(told, field.path)))
        if lacks or (field.equals is not None and got != field.equals):
            by = "by" if field.basis == "R" else "in practice:"
            allowed = f"{field.equals or 'a value'}, required {by} {field.authority}"
            where = f"{declared.id} ({language}, {form})"
            yield Problem(where, None, field.path, got, allowed, "record it, then draft again")


def forbidden(declared: NoticeKind, language: str, place: str, text: str) -> Iterator[Problem]:
    """Name the wording of a text, quotations aside, that its kind must not contain.

    Args:
        place: The template or file, for the problems.
        text: Markdown; its values may be inert.
    """
    own = plain("\n".join(line for line in text.splitlines() if not line.startswith(">")))
    for wording in declared.must_not_contain:
        if wording.languages and language not in wording.languages:
            continue
        if match := re.search(wording.pattern, own):
            got = " ".join(match[0].split())[:80]
            allowed = f"no such wording: {wording.why}"
            yield Problem(place, None, "", got, allowed)
