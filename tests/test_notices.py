"""Notices: what they require, what they are told, what they never say, own copies."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from breachbook.canonical import sha256
from breachbook.errors import ContentError
from breachbook.notices import lint_kind, load_kind, render
from tests.letters import FIRM, GOLDEN, LETTERS, SHIPPED, context, docx_text, letter


def refused(*arguments: Any, **options: Any) -> str:
    """Render what must be refused and give the refusal."""
    with pytest.raises(ContentError) as caught:
        render(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize(("kind", "language", "form"), LETTERS)
def test_letter_reads_as_the_golden_one(kind: str, language: str, form: str) -> None:
    """A change in a letter's words is seen in a diff; BREACHBOOK_GOLDEN=write accepts it."""
    golden = GOLDEN / f"{kind}.{language}.{form}.md"

    markdown = letter(kind, language, form).markdown

    if os.environ.get("BREACHBOOK_GOLDEN") == "write":
        golden.write_bytes(markdown)
    assert markdown.decode() == golden.read_text("utf-8")


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in LETTERS}))
def test_shipped_kind_is_clean(kind: str) -> None:
    """Every shipped kind passes its own lint."""
    assert lint_kind([SHIPPED], kind) == []


def test_every_shipped_kind_is_golden() -> None:
    """No kind, language or form ships without a golden letter."""
    shipped = [
        (kind.name, language, form)
        for kind in SHIPPED.iterdir()
        for language, forms in load_kind([SHIPPED], kind.name).languages.items()
        for form in forms
    ]

    assert sorted(shipped) == sorted(LETTERS)


@pytest.mark.parametrize(("kind", "language", "form"), LETTERS)
def test_letter_is_the_same_bytes_again(kind: str, language: str, form: str) -> None:
    """The same input gives the same Markdown, DOCX and PDF, byte for byte."""
    assert letter(kind, language, form) == letter(kind, language, form)


def test_missing_fields_are_listed_whole_with_their_authority() -> None:
    """Every field that is missing is named at once, and who requires it."""
    told = context(organisation={"name": " "}, demands={"reply_by": None}, trade_secrets=[])

    text = refused("cease-and-desist", "zh-CN", told, [SHIPPED])

    assert "organisation.name: got nothing" in text
    assert "demands.reply_by: got nothing" in text
    assert "trade_secrets.*.category: got nothing" in text
    assert "Anti-Unfair Competition Law, Article 10" in text


def test_address_of_a_chinese_recipient_is_required_by_law() -> None:
    """A demand works on arrival, so the missing address cites the authority, not mere practice."""
    told = context(recipient={"address": None, "address_local": ""})

    text = refused("cease-and-desist", "zh-CN", told, [SHIPPED])

    assert "required by PRC Civil Code, Article 137" in text


@pytest.mark.parametrize("field", ["kind", "firm", "practice_number"])
def test_lawyers_letter_is_refused_without_a_law_firm(field: str) -> None:
    """A lawyer's letter needs a law firm, its name and the practice number."""
    told = context()
    told["signatory"] = FIRM | {field: "company" if field == "kind" else ""}

    text = refused("cease-and-desist", "zh-CN", told, [SHIPPED], form="lawyers-letter")

    assert f"signatory.{field}" in text
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize(("language", "form"), [("en-US", "letter"), ("zh-CN", "warning-letter")])
def test_company_letter_is_refused_when_a_law_firm_signs(language: str, form: str) -> None:
    """The warning letter and the English letter come from the company."""
    text = refused(
        "cease-and-desist", language, context() | {"signatory": FIRM}, [SHIPPED], form=form
    )

    assert "signatory.kind: got law-firm; allowed: company" in text


def test_unknown_kind_language_and_form_name_what_there_is() -> None:
    """What does not exist is refused with the list of what does."""
    assert "legal-hold" in refused("../legal-hold", "en-US", context(), [SHIPPED])
    assert "en-US, zh-CN" in refused("legal-hold", "de-DE", context(), [SHIPPED])
    assert "letter" in refused(
        "cease-and-desist", "en-US", context(), [SHIPPED], form="lawyers-letter"
    )


def test_outsider_is_told_nothing_of_others_or_of_the_inside() -> None:
    """A letter holds no internal fact, no other party's fact or contract, no deadline."""
    text = letter("cease-and-desist", "en-US", "letter").markdown.decode()

    assert "March 3, 2026" in text
    for hidden in ("March 4", "nobody else", "Civil action", "outside the licence", "severity"):
        assert hidden not in text


def test_stranger_to_the_contract_is_not_shown_its_clauses() -> None:
    """Who did not sign the agreement learns that duties exist, not what the contract says."""
    text = letter(
        "cease-and-desist", "en-US", "letter", recipient={"id": "third"}
    ).markdown.decode()

    assert "under written agreements that forbid" in text
    assert "Licensee" not in text


def test_letters_preserve_first_and_never_threaten() -> None:
    """Preservation and return come before any deletion; no threat, no price for silence."""
    english = letter("cease-and-desist", "en-US", "letter").markdown.decode()
    chinese = letter("cease-and-desist", "zh-CN", "warning-letter").markdown.decode()

    assert "Do not delete, destroy, alter, conceal or move" in english
    assert "written release" in english
    assert r"§\ 1833(b)" in english
    assert "不得自行销毁或者删除" in chinese
    assert "《反不正当竞争法》第二十二条" in chinese
    assert not re.search("criminal|prosecut|police", english)
    assert not re.search("刑事|报案|公安", chinese)


@pytest.mark.parametrize(
    ("language", "act"),
    [
        ("en-US", "You must delete all copies at once."),
        ("en-US", "We shall refer this to the police."),
        ("en-US", "If you pay this sum we shall remain silent."),
        ("zh-CN", "请立即删除全部副本。"),
        ("zh-CN", "否则我司将向公安机关报案。"),
    ],
)
def test_forbidden_wording_is_refused_wherever_it_comes_from(language: str, act: str) -> None:
    """Words the kind forbids are refused also when a person's answer brings them in."""
    answers = {"triage": {"alleged_acts": act, "alleged_acts_zh": act}}

    text = refused("cease-and-desist", language, context(answers=answers), [SHIPPED])

    assert "no such wording" in text


def test_brief_flags_what_is_unverified_open_and_unknown() -> None:
    """The brief marks unverified rows, dates that cannot be fixed, open decisions and unknowns."""
    text = letter("executive-brief", "en-US", "brief").markdown.decode()

    assert "| March 30, 2026 | – | Suit after pre-suit preservation |" in text
    assert "Article 104 **UNVERIFIED: confirm before relying on it**" in text
    assert "**Suspend the portal access** (suspend-portal)" in text
    assert "its state is uncertain" in text


def test_value_stays_data_through_filters_and_overrides(tmp_path: Path) -> None:
    """An own template that joins, repeats and re-assigns a value still prints it as data."""
    own = tmp_path / "executive-brief"
    own.mkdir()
    (own / "en-US.md.j2").write_text(
        '{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}{% set y = matter.title ~ "!" %}'
        '{{ twice(y) }} {{ [y, y] | join("+") }} {{ y[:3] }}\n',
        "utf-8",
    )
    told = context(matter={"title": "*a*{{ 1 }}"})

    made = render("executive-brief", "en-US", told, [tmp_path, SHIPPED])

    assert docx_text(made.docx) == "*a*{{ 1 }}!*a*{{ 1 }}! *a*{{ 1 }}!+*a*{{ 1 }}! *a*"


def test_own_template_extends_the_shipped_one(tmp_path: Path) -> None:
    """An organisation's copy changes one block; the rest, and the declaration, stay ours."""
    own = tmp_path / "legal-hold"
    own.mkdir()
    (own / "en-US.md.j2").write_text(
        '{% extends "shipped:legal-hold/en-US.md.j2" %}\n'
        "{% block letterhead %}\nOur own head.\n{% endblock %}\n",
        "utf-8",
    )

    made = render("legal-hold", "en-US", context(), [tmp_path, SHIPPED])

    assert made.markdown.startswith(b"Our own head.")
    assert b"# 2. What you must do now" in made.markdown
    assert lint_kind([tmp_path, SHIPPED], "legal-hold") == []
    assert made.template_sha256 == sha256(made.template)
    assert made.template_sha256 != letter("legal-hold", "en-US", "memorandum").template_sha256


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ deadlines }}", "deadlines"),
        ("{{ custodian.salary }}", "salary"),
        ("{{ custodian }}", "a list or record"),
        ("{{ custodian.name", "unexpected end"),
        ('{% include "other.j2" %}', "other.j2"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ cycler }}", "cycler"),
    ],
)
def test_bad_template_is_found_by_lint(tmp_path: Path, template: str, expected: str) -> None:
    """A template that asks for what it was not given, or does not compile, is named."""
    own = tmp_path / "legal-hold"
    own.mkdir()
    (own / "en-US.md.j2").write_text(template, "utf-8")

    problems = lint_kind([tmp_path, SHIPPED], "legal-hold")

    assert expected in "\n".join(map(str, problems))


def test_bad_declaration_is_found_by_lint(tmp_path: Path) -> None:
    """Unknown paths, broken patterns and facts open to all are reported together."""
    own = tmp_path / "cease-and-desist"
    own.mkdir()
    text = (SHIPPED / "cease-and-desist" / "notice.yaml").read_text("utf-8")
    text = text.replace("facts: [", 'facts: ["*", ').replace("organisation.name\n", "no.such\n")
    (own / "notice.yaml").write_text(text.replace("'封口费", "'(封口费"), "utf-8")

    problems = "\n".join(map(str, lint_kind([tmp_path, SHIPPED], "cease-and-desist")))

    assert "no.such" in problems
    assert "must_not_contain.6.pattern" in problems
    assert "uses.facts" in problems


@pytest.mark.parametrize("field", ["secret.access", "(secret.measures | first).proof"])
def test_outsider_is_not_told_who_has_access_or_where_the_proof_is(
    tmp_path: Path, field: str
) -> None:
    """Reaching for who knows a secret, or for the proof of its measures, is found by lint."""
    own = tmp_path / "cease-and-desist"
    own.mkdir()
    (own / "en-US.md.j2").write_text(
        "{% for secret in trade_secrets %}{{ " + field + " }}{% endfor %}", "utf-8"
    )

    problems = "\n".join(map(str, lint_kind([tmp_path, SHIPPED], "cease-and-desist")))

    assert f"has no attribute '{field.rpartition('.')[2]}'" in problems


def test_outward_kind_that_reads_the_journal_is_found_by_lint(tmp_path: Path) -> None:
    """No outsider reads the journal."""
    own = tmp_path / "cease-and-desist"
    own.mkdir()
    text = (SHIPPED / "cease-and-desist" / "notice.yaml").read_text("utf-8")
    (own / "notice.yaml").write_text(
        text.replace("  party: true", "  party: true\n  journal: true")
    )

    problems = "\n".join(map(str, lint_kind([tmp_path, SHIPPED], "cease-and-desist")))

    assert "uses.journal: got true" in problems


def test_text_the_fonts_lack_is_refused_with_its_place() -> None:
    """A name in a script without a font stops the letter instead of printing boxes."""
    told = context(recipient={"name": "حسن"})

    text = refused("cease-and-desist", "en-US", told, [SHIPPED])

    assert "cease-and-desist/en-US.md.j2" in text
    assert "write it in one of these scripts" in text
