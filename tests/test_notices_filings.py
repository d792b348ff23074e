"""Applications to courts and authorities: what each must state, what none may say, its working copy."""

import re
from typing import Any

import pytest

from breachbook.errors import ContentError
from breachbook.notices import load_kind, render
from tests.letters import FIRM, SHIPPED, context, docx_text, letter, pdf_text

CHINESE = {
    "evidence-preservation": "application",
    "act-preservation": "application",
    "notarisation-request": "request",
    "samr-complaint": "report",
    "police-report": "report",
}
TOLD_OUTSIDE = [
    *((kind, "zh-CN", form) for kind, form in CHINESE.items()),
    *((kind, "en-US", form) for kind in CHINESE for form in ("working-copy", "side-by-side")),
    ("law-enforcement-referral", "en-US", "referral"),
    *(("1659-stay", "en-US", form) for form in ("motion", "order", "notice")),
    *(("tro-pack", "en-US", form) for form in ("motion", "declaration", "order", "bond")),
]


def text(kind: str, language: str, form: str, **changed: Any) -> str:
    """Give the Markdown of one filing made from the golden context."""
    return letter(kind, language, form, **changed).markdown.decode()


def refused(kind: str, language: str, told: dict[str, Any], form: str | None = None) -> str:
    """Render what must be refused and give the refusal."""
    with pytest.raises(ContentError) as caught:
        render(kind, language, told, [SHIPPED], form=form)
    return str(caught.value)


def without(*questions: str, **changed: Any) -> dict[str, Any]:
    """Give the golden context without the answers to some questions."""
    told = context(**changed)
    for answers in told["answers"].values():
        for question in questions:
            answers.pop(question, None)
    return told


def blocks(markdown: str) -> list[str]:
    """Tell of each block of a text, its legend aside, whether it is a heading, a list, a table, a quotation."""
    found = []
    for block in re.split(r"\n\s*\n", markdown):
        lines = block.strip().splitlines()
        if 'custom-style="Legend"' in lines[0]:
            continue
        if lines[0].startswith(":::"):
            found.append(lines[0])
        elif lines[0].startswith("#"):
            found.append(lines[0].split()[0])
        elif lines[0].startswith("|"):
            found.append(f"table of {lines[0].count('|')} by {len(lines)}")
        else:
            found.append({"-": f"list of {len(lines)}", ">": "quotation"}.get(lines[0][0], "text"))
    return found


@pytest.mark.parametrize("kind", CHINESE)
def test_working_copy_follows_the_chinese_text_block_by_block(kind: str) -> None:
    """Whoever signs the Chinese text can read each of its blocks beside it in English."""
    chinese = blocks(text(kind, "zh-CN", CHINESE[kind]))

    assert blocks(text(kind, "en-US", "working-copy")) == chinese
    assert "THE CHINESE TEXT" in text(kind, "en-US", "working-copy")


@pytest.mark.parametrize(("kind", "language", "form"), TOLD_OUTSIDE)
def test_filing_shows_nothing_of_the_inside(kind: str, language: str, form: str) -> None:
    """No court or authority reads the summary, another party's fact or contract, a deadline or a step."""
    canary = "Qanary7"
    inside = {
        "matter": {"title": canary, "summary": canary, "vector": canary},
        "deadlines": [{"title": canary, "rule": canary, "safe": "2026-03-30", "status": canary}],
        "steps": [{"id": canary, "kind": canary, "title": canary, "state": canary}],
        "custodian": {"name": canary, "title": canary},
        "hold": {"scope": canary, "about": canary},
    }
    told = context(**inside)
    told["facts"].append({"kind": "infringer-known", "when": "1999-01-09", "about": "third"})
    told["trade_secrets"][0] |= {"title": canary, "owner": canary}
    told["agreements"][1]["clauses"][0]["text"] = canary
    told["answers"]["triage"] |= {"what_happened": canary, "not_known": [canary]}

    made = letter(kind, language, form, **told)

    for printed in (made.markdown.decode(), docx_text(made.docx), pdf_text(made.pdf)):
        assert canary not in printed
        assert "1999" not in printed


@pytest.mark.parametrize(
    ("kind", "question", "authority"),
    [
        ("evidence-preservation", "evidence_sought_zh", "法释〔2020〕12号"),
        ("evidence-preservation", "urgency_zh", "PRC Civil Procedure Law, Article 84"),
        ("act-preservation", "irreparable_harm_zh", "法释〔2018〕21号, Article 4(3)"),
        ("act-preservation", "security_offered_zh", "法释〔2018〕21号, Article 4(4)"),
    ],
)
def test_application_is_refused_without_what_the_court_requires(
    kind: str, question: str, authority: str
) -> None:
    """What the text requires of an application is asked for by its authority, never left out."""
    found = refused(kind, "zh-CN", without(question))

    assert f"answers.{question}: got nothing" in found
    assert f"required by {authority}" in found


@pytest.mark.parametrize(("kind", "language", "form"), TOLD_OUTSIDE)
def test_filing_is_made_from_the_least_it_requires(kind: str, language: str, form: str) -> None:
    """What is not required may be missing altogether: the text then has a blank, or a line less."""
    full = context()
    needed = {field.path.split("|")[0] for field in load_kind([SHIPPED], kind).requires}
    questions = {
        path.partition(".")[2].removesuffix("_zh") for path in needed if "answers" in path
    }
    questions |= {"conduct"}
    least = {
        "matter": {"id": full["matter"]["id"]},
        "organisation": {key: full["organisation"][key] for key in ("name", "address")},
        "recipient": {key: full["recipient"][key] for key in ("name", "address")},
        "signatory": {"name": "N N"},
        "trade_secrets": [{"category": "process", "measures": [{"kind": "access"}]}],
        "exhibits": [{"id": "E1"}] if "exhibits" in needed else [],
        "facts": [{"kind": "us-complaint-filed", "when": "2026-02-02", "about": "incident"}],
        "answers": {
            "filing": {f"{name}{end}": ["said"] for name in questions for end in ("", "_zh")}
        },
        "today": full["today"],
    }

    made = render(kind, language, least, [SHIPPED], form=form).markdown.decode()

    assert "None" not in made
    assert re.search(r"【待|\[", made)


def test_evidence_application_is_refused_without_sealed_evidence() -> None:
    """Preservation rests on prima facie evidence, and only what is sealed is evidence here."""
    found = refused("evidence-preservation", "zh-CN", context(exhibits=[]))

    assert "exhibits: got nothing" in found
    assert "required by 法释〔2020〕12号, Article 11" in found


def test_declaration_is_refused_without_an_exhibit_and_the_bond_is_not() -> None:
    """A witness certifies data that are there; security can be given before."""
    told = context(exhibits=[])

    found = refused("tro-pack", "en-US", told, "declaration")

    assert "required by Federal Rules of Evidence, Rule 902(13) and (14)" in found
    assert render("tro-pack", "en-US", told, [SHIPPED], form="bond").pdf


@pytest.mark.parametrize("kind", ["evidence-preservation", "act-preservation"])
def test_working_copy_takes_the_chinese_answer_when_there_is_no_other(kind: str) -> None:
    """An answer given in Chinese only is shown in Chinese rather than lost."""
    told = without("urgency")

    made = render(kind, "en-US", told, [SHIPPED]).markdown.decode()

    assert "日志每九十日循环覆盖一次" in made


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_what_the_file_does_not_hold_is_a_visible_blank(language: str) -> None:
    """Counsel sees in the text itself what is still to be filled in, the court first."""
    told = without("court", "court_zh", recipient={"registration": None, "contact": None})

    made = render("act-preservation", language, told, [SHIPPED]).markdown.decode()

    blanks = {
        "zh-CN": [
            "【待填：管辖法院全称】",
            "统一社会信用代码：【待填】",
            "【待律师核实：具体对应的情形】",
        ],
        "en-US": [
            r"\[court: full name\]",
            "credit code: [to be completed]",
            "[counsel to confirm",
        ],
    }[language]
    assert [blank for blank in blanks if blank not in made] == []


@pytest.mark.parametrize("kind", CHINESE)
def test_lawyer_who_files_is_named_with_firm_and_number(kind: str) -> None:
    """An agent for the litigation is named with the firm and the practice certificate."""
    made = text(kind, "zh-CN", CHINESE[kind], signatory=FIRM)

    assert "王示例，北京示例律师事务所律师（执业证号：11101202000000000）" in made


def test_company_of_the_mainland_has_a_legal_representative_and_needs_no_apostille() -> None:
    """A domestic applicant shows its credit code; papers made abroad are asked of a foreign one only."""
    abroad = text("act-preservation", "zh-CN", "application")
    home = text("act-preservation", "zh-CN", "application", organisation={"place": "CN"})

    assert "注册登记号：" in abroad
    assert "附公证及认证或者附加证明书" in abroad
    assert "法定代表人：Eleanor Hart" in home
    assert "附加证明书" not in home


@pytest.mark.parametrize(
    ("kind", "language", "form", "said"),
    [
        ("evidence-preservation", "zh-CN", None, "请立即删除全部副本。"),
        ("act-preservation", "zh-CN", None, "否则申请人将报案。"),
        ("samr-complaint", "zh-CN", None, "对方支付赔偿后即撤回举报。"),
        ("police-report", "zh-CN", None, "对方已构成侵犯商业秘密罪。"),
        ("police-report", "en-US", None, "They are thieves."),
        ("samr-complaint", "en-US", None, "On payment of a sum we shall withdraw this."),
        ("law-enforcement-referral", "en-US", None, "The engineer is guilty."),
        ("law-enforcement-referral", "en-US", None, "Our staff hacked back."),
        ("itc-complaint-outline", "en-US", "outline", "They were thieves."),
        ("tro-pack", "en-US", "motion", "We shall refer this to the police."),
        ("tro-pack", "en-US", "declaration", "Delete every copy."),
        (
            "tro-pack",
            "en-US",
            "motion",
            "The engineers must be barred from accepting employment.",
        ),
    ],
)
def test_wording_that_harms_its_sender_is_refused(
    kind: str, language: str, form: str | None, said: str
) -> None:
    """No destruction, no trade in silence, no verdict, no threat, no ban on working, whoever wrote it."""
    told = context()
    told["answers"]["filing"] |= {"conduct": [said], "conduct_zh": [said]}

    assert "no such wording" in refused(kind, language, told, form)


def test_referral_keeps_chinese_data_at_home_only_where_china_is_concerned() -> None:
    """Evidence stored in China goes to no foreign authority without approval, and the letter says so."""
    concerned = text("law-enforcement-referral", "en-US", "referral")
    elsewhere = text("law-enforcement-referral", "en-US", "referral", matter={"places": ["US"]})

    assert "Data Security Law, Article 36" in concerned
    assert "Data Security Law" not in elsewhere


def test_stay_shows_the_days_it_runs_from_and_a_blank_for_one_not_recorded() -> None:
    """A mandatory stay stands on two dates; the one that is missing is seen at once."""
    told = context()
    told["facts"] = [{"kind": "us-complaint-filed", "when": "2026-02-02", "about": "incident"}]

    recorded = text("1659-stay", "en-US", "motion")
    half = render("1659-stay", "en-US", told, [SHIPPED]).markdown.decode()

    assert "Defendant named as respondent | February 10, 2026 |" in recorded
    assert "complaint filed | February 2, 2026 |" in half
    assert "Defendant named as respondent | [date] |" in half


def test_motion_quotes_only_the_defendants_own_agreement() -> None:
    """The defendant's duties stand in the annex; a stranger to the contract sees none of it."""
    own = text("tro-pack", "en-US", "motion")
    stranger = text("tro-pack", "en-US", "motion", recipient={"id": "third"})

    assert "# Annex A. Duties of confidence" in own
    assert "Licensee shall keep" in own
    assert "Annex A" not in stranger
    assert "Licensee" not in stranger


def test_outline_is_counsels_own_paper() -> None:
    """An outline of a complaint is work product: inside the house, under its legend."""
    declared = load_kind([SHIPPED], "itc-complaint-outline")

    assert (declared.audience, declared.privilege) == ("internal", "work-product")
    for form in declared.languages["en-US"]:
        assert "ATTORNEY WORK PRODUCT" in text("itc-complaint-outline", "en-US", form)
