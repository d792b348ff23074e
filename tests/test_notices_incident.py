"""Notices after an incident: what each must say, what stays a blank, what none may say."""

import copy
from typing import Any

import pytest

from breachbook.documents.wording import or_blank
from breachbook.errors import ContentError
from breachbook.notices import load_kind, render
from tests.letters import LETTERS, SHIPPED, at_hand, context, letter, pdf_text

REPORTING = sorted(
    {kind for kind, _, _ in LETTERS}
    & {
        "china-cyber-incident-report", "customer-notice", "dmca-takedown", "form-8-k-105",
        "gdpr-art-33", "gdpr-art-34", "insurer-notice", "nis2-early-warning",
        "platform-takedown", "preservation-demand",
    }
)  # fmt: skip
OUTWARD = [row for row in LETTERS if row[0] in REPORTING]


def made(kind: str, language: str, form: str, told: dict[str, Any]) -> str:
    """Render one shipped notice and give its Markdown."""
    return render(kind, language, told, [SHIPPED], form=form).markdown.decode()


def told_for(kind: str, language: str, **answers: Any) -> dict[str, Any]:
    """Give the golden context of a kind with some of its answers changed, or taken away by None."""
    told = at_hand(kind, language, context())
    told["answers"]["incident"] |= answers
    return told


@pytest.mark.parametrize(("kind", "language", "form"), OUTWARD)
def test_report_asks_for_every_required_answer_by_name(
    kind: str, language: str, form: str
) -> None:
    """Without any answer the notice is refused, and each missing answer is named."""
    told = at_hand(kind, language, context())
    del told["answers"]["incident"]
    needed = [
        field.path
        for field in load_kind([SHIPPED], kind).requires
        if field.path.startswith("answers.") and field.applies(language, form)
    ]

    with pytest.raises(ContentError) as caught:
        made(kind, language, form, told)

    assert needed
    assert [path for path in needed if f"{path}: got nothing" not in str(caught.value)] == []


@pytest.mark.parametrize(("kind", "language", "form"), OUTWARD)
def test_report_leaves_what_nobody_answered_as_a_blank(
    kind: str, language: str, form: str
) -> None:
    """With only what is required the notice comes out, and what is missing is a bracketed blank."""
    told = at_hand(kind, language, context())
    required = {field.path for field in load_kind([SHIPPED], kind).requires}
    given = told["answers"]["incident"]
    told["answers"]["incident"] = {
        question: answer for question, answer in given.items() if f"answers.{question}" in required
    }
    told["signatory"] = {
        "name": "Eleanor Hart",
        "kind": "company",
        "email": "e@larch-hill.example",
    }

    text = made(kind, language, form, told)

    if kind != "gdpr-art-34":  # all it says is required
        assert "【" in text or r"\[" in text


@pytest.mark.parametrize(("kind", "language", "form"), OUTWARD)
def test_report_keeps_the_inside_of_the_matter_out(kind: str, language: str, form: str) -> None:
    """An outsider reads no title, summary, secret's name, measure, deadline, step or other party."""
    told = at_hand(kind, language, context())
    canary = "Zaunkönig"
    told["matter"] |= {"title": canary, "summary": canary, "vector": canary}
    told["trade_secrets"][0] |= {"title": canary, "title_local": canary}
    told["trade_secrets"][0]["measures"] = [{"kind": "access", "text": canary, "proof": canary}]
    told["deadlines"][0]["title"] = canary
    told["steps"][0]["title"] = canary
    told["journal"][0]["about"] = canary
    told["facts"].append(copy.deepcopy(told["facts"][0]) | {"title": canary, "about": "elsewhere"})
    told["answers"]["triage"] = {"not_known": [canary], "severity": canary}

    printed = render(kind, language, told, [SHIPPED], form=form)

    assert canary not in printed.markdown.decode()
    assert canary not in pdf_text(printed.pdf)


@pytest.mark.parametrize(
    ("kind", "language", "question", "words"),
    [
        (
            "insurer-notice",
            "en-US",
            "incident_facts",
            "We were negligent in closing the accounts.",
        ),
        ("insurer-notice", "zh-CN", "incident_facts", "我司承认对此负有责任。"),
        ("insurer-notice", "de", "incident_facts", "Wir erkennen eine Haftung an."),
        ("insurer-notice", "fr", "incident_facts", "Nous reconnaissons notre responsabilité."),
        ("insurer-notice", "ja", "incident_facts", "当社は責任を認めます。"),
        ("insurer-notice", "ko", "incident_facts", "당사는 책임을 인정합니다."),
        ("customer-notice", "en-US", "customer_facts", "We admit a breach of the agreement."),
        ("customer-notice", "en-US", "customer_facts", "The drawings of another customer left."),
        ("customer-notice", "en-US", "customer_actions", "Please delete every copy."),
        ("preservation-demand", "en-US", "records_sought", "Logs. Then erase the accounts."),
        ("preservation-demand", "en-US", "records_sought", "What the police will ask for."),
        ("preservation-demand", "zh-CN", "records_sought", "日志，并立即删除副本"),
        ("dmca-takedown", "en-US", "copyrighted_works", "Our trade secrets are the drawings."),
        ("platform-takedown", "zh-CN", "prima_facie_evidence", "商业秘密的具体内容为浇注温度"),
        ("gdpr-art-34", "en-GB", "breach_consequences", "There is no reason to worry."),
        ("gdpr-art-34", "de", "breach_consequences", "Es besteht kein Grund zur Sorge."),
        ("gdpr-art-33", "en-GB", "breach_nature", "The directory listing follows."),
        ("nis2-early-warning", "de", "incident_outline", "Wir haften für den Vorfall."),
        ("form-8-k-105", "en-US", "incident_nature", "The incident is immaterial."),
        ("form-8-k-105", "en-US", "incident_scope", "CVE-2026-0001 was used."),
        ("china-cyber-incident-report", "zh-CN", "incident_cause_zh", "系我司过失所致。"),
    ],
)
def test_report_never_says_what_harms_its_sender(
    kind: str, language: str, question: str, words: str
) -> None:
    """An admission, a deletion, a threat or the secret itself is refused in whoever's words."""
    form = next(row[2] for row in LETTERS if row[:2] == (kind, language))

    with pytest.raises(ContentError, match="no such wording"):
        made(kind, language, form, told_for(kind, language, **{question: [words]}))


@pytest.mark.parametrize("language", ["de", "ja"])
def test_hold_never_orders_deletion(language: str) -> None:
    """A hold whose scope asks for deletion is refused in every language it is issued in."""
    told = at_hand("legal-hold", language, context())
    scope = {"de": "Bitte Kopien löschen.", "ja": "写しはすべて削除してください。"}
    told["hold"]["scope"] = scope[language]

    with pytest.raises(ContentError, match="no such wording"):
        made("legal-hold", language, "memorandum", told)


def test_takedown_makes_every_statement_of_the_statute() -> None:
    """A notice under 17 U.S.C. 512(c)(3)(A) has all six elements, or it does not count."""
    text = letter("dmca-takedown", "en-US", "notice").markdown.decode()

    for element in (
        "Signature of the authorized person",
        "Process manual for cast steel wheels",
        "share.example/f/9c1d",
        "good faith belief",
        "is accurate and, under penalty of perjury, I am authorized",
    ):
        assert element in text
    assert "legal\\@larch-hill.example" in text


def test_late_notification_gives_its_reasons() -> None:
    """After 72 hours the reasons stand in the notification; before, counsel is told to check."""
    late = told_for(
        "gdpr-art-33", "en-GB", delay_reasons=["The processor told us on the fourth day"]
    )

    assert (
        "fewer than 72 hours" in letter("gdpr-art-33", "en-GB", "notification").markdown.decode()
    )
    assert "The processor told us" in made("gdpr-art-33", "en-GB", "notification", late)


def test_filing_says_what_is_missing() -> None:
    """Item 1.05, instruction 2: what is not yet determined is said to be missing, and amended."""
    text = letter("form-8-k-105", "en-US", "form").markdown.decode()

    assert "the amount of the impact on revenue. The Company will file an amendment" in text


def test_customer_reads_of_its_own_agreement_only() -> None:
    """A customer's letter names the agreement with that customer and no other."""
    text = letter("customer-notice", "en-US", "letter").markdown.decode()

    assert "under the Technology Licence Agreement of April 2, 2019" in text
    assert "Confidentiality Agreement with another" not in text


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_dossier_gives_the_proof_of_each_measure_or_shows_the_hole(language: str) -> None:
    """A measure cites its own proof, else what counsel answered, else a blank; gaps are stated."""
    told = at_hand("secrecy-measures", language, context())
    told["trade_secrets"][0]["measures"] = [
        {"kind": "access", "text": "list", "since": "2020-01-01", "proof": "E7"},
        {"kind": "technical", "text": "locks", "since": None},
        {"kind": "marking", "text": "stamp", "since": None},
    ]

    text = made("secrecy-measures", language, "dossier", told)

    named = {"en-US": ("Proof: E7", "Proof: E1"), "zh-CN": ("证据：E7", "证据：E1")}[language]
    assert all(words in text for words in named)
    assert {"en-US": r"\[exhibit: marked", "zh-CN": "【证据编号：已遮蔽"}[language] in text
    assert {"en-US": "No measure of this kind", "zh-CN": "未见记录"}[language] in text
    assert "2018" in text


def test_report_is_made_from_the_journal_and_says_how_to_check_it() -> None:
    """The post-incident report tells decisions, disclosures and the last entry's digest."""
    text = letter("post-incident-report", "en-US", "report").markdown.decode()

    decisions = text.split("# 4. Decisions")[1].split("# 5.")[0]
    seen = text.split("# 5. Who saw what")[1].split("# 6.")[0]
    assert "decision approved" in decisions
    assert "document.served" not in decisions
    assert "document D2; method courier" in seen.replace("\\", "")
    assert "3b1a5c0e9d2f4b6a8c7e3d5f1a2b4c6d8e0f1a3b5c7d9e1f2a4b6c8d0e2f4a6b" in text
    assert "“breachbook audit verify”" in text


@pytest.mark.parametrize(
    ("given", "language", "printed"),
    [
        (None, "en-US", r"\[court\]"),
        ([], "de", r"\[court\]"),
        ("", "ja", "【court】"),
        (["a", "b"], "fr", "a\u202f; b"),
        (["a", "b"], "zh-CN", "a；b"),
        ("a", "ko", "a"),
    ],
)
def test_blank_stands_where_nothing_was_given(given: Any, language: str, printed: str) -> None:
    """What was given is printed; where nothing was, a bracketed blank names what belongs there."""
    assert or_blank(given, "court", language) == printed
