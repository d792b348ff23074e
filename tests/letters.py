"""The golden letters: what they are made from, and how their text is read back."""

import copy
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pypdf import PdfReader

from breachbook.notices import Rendered, render
from breachbook.source import read

SHIPPED = Path(__file__).parents[1] / "notices"
GOLDEN = Path(__file__).parent / "golden" / "notices"
LETTERS = [
    ("cease-and-desist", "en-US", "letter"),
    ("cease-and-desist", "zh-CN", "warning-letter"),
    ("cease-and-desist", "zh-CN", "lawyers-letter"),
    ("cease-and-desist", "en-GB", "letter-before-claim"),
    ("cease-and-desist", "zh-TW", "warning-letter"),
    ("cease-and-desist", "de", "abmahnung"),
    ("cease-and-desist", "fr", "mise-en-demeure"),
    ("cease-and-desist", "ja", "warning-letter"),
    ("cease-and-desist", "ko", "warning-letter"),
    ("notice-to-new-employer", "en-US", "letter"),
    ("notice-to-new-employer", "de", "schreiben"),
    ("notice-to-new-employer", "zh-CN", "letter"),
    ("supplier-breach-notice", "en-US", "letter"),
    ("supplier-breach-notice", "zh-CN", "letter"),
    ("legal-hold", "en-US", "memorandum"),
    ("legal-hold", "zh-CN", "memorandum"),
    ("legal-hold", "en-US", "steward"),
    ("legal-hold", "zh-CN", "steward"),
    ("legal-hold", "en-US", "release"),
    ("legal-hold", "zh-CN", "release"),
    ("executive-brief", "en-US", "brief"),
    ("evidence-preservation", "zh-CN", "application"),
    ("evidence-preservation", "en-US", "working-copy"),
    ("evidence-preservation", "en-US", "side-by-side"),
    ("act-preservation", "zh-CN", "application"),
    ("act-preservation", "en-US", "working-copy"),
    ("act-preservation", "en-US", "side-by-side"),
    ("notarisation-request", "zh-CN", "request"),
    ("notarisation-request", "en-US", "working-copy"),
    ("notarisation-request", "en-US", "side-by-side"),
    ("samr-complaint", "zh-CN", "report"),
    ("samr-complaint", "en-US", "working-copy"),
    ("samr-complaint", "en-US", "side-by-side"),
    ("police-report", "zh-CN", "report"),
    ("police-report", "en-US", "working-copy"),
    ("police-report", "en-US", "side-by-side"),
    ("law-enforcement-referral", "en-US", "referral"),
    ("1659-stay", "en-US", "motion"),
    ("1659-stay", "en-US", "order"),
    ("1659-stay", "en-US", "notice"),
    ("itc-complaint-outline", "en-US", "outline"),
    ("itc-complaint-outline", "en-US", "exhibit-list"),
    ("tro-pack", "en-US", "motion"),
    ("tro-pack", "en-US", "declaration"),
    ("tro-pack", "en-US", "order"),
    ("tro-pack", "en-US", "bond"),
    ("legal-hold", "de", "memorandum"),
    ("legal-hold", "de", "steward"),
    ("legal-hold", "de", "release"),
    ("legal-hold", "ja", "memorandum"),
    ("legal-hold", "ja", "steward"),
    ("legal-hold", "ja", "release"),
    ("preservation-demand", "en-US", "letter"),
    ("preservation-demand", "zh-CN", "letter"),
    ("dmca-takedown", "en-US", "notice"),
    ("platform-takedown", "zh-CN", "notice"),
    ("insurer-notice", "en-US", "notice"),
    ("insurer-notice", "zh-CN", "notice"),
    ("insurer-notice", "de", "notice"),
    ("insurer-notice", "fr", "notice"),
    ("insurer-notice", "ja", "notice"),
    ("insurer-notice", "ko", "notice"),
    ("gdpr-art-33", "en-GB", "notification"),
    ("gdpr-art-33", "de", "notification"),
    ("gdpr-art-34", "en-GB", "letter"),
    ("gdpr-art-34", "de", "letter"),
    ("nis2-early-warning", "en-GB", "early-warning"),
    ("nis2-early-warning", "de", "early-warning"),
    ("form-8-k-105", "en-US", "form"),
    ("china-cyber-incident-report", "zh-CN", "report"),
    ("customer-notice", "en-US", "letter"),
    ("secrecy-measures", "en-US", "dossier"),
    ("secrecy-measures", "zh-CN", "dossier"),
    ("post-incident-report", "en-US", "report"),
]
# The kinds that report an incident; their letters know the later facts too.
REPORTS = (
    "insurer-notice",
    "gdpr-art-33",
    "nis2-early-warning",
    "form-8-k-105",
    "china-cyber-incident-report",
)
# What only some kinds rest on; in the context it would stand in every brief.
FACTS = {
    "notice-to-new-employer": [
        {"kind": "us-employee-left", "when": "2025-12-31", "about": "incident"}
    ],
    "1659-stay": [
        {"kind": "us-complaint-filed", "when": "2026-02-02", "about": "north-foundry"},
        {"kind": "itc-institution-published", "when": "2026-02-10", "about": "incident"},
        {"kind": "us-named-respondent", "when": "2026-02-10", "about": "incident"},
        {"kind": "us-1659-stay-ordered", "when": "2026-03-02", "about": "incident"},
    ],
}
FIRM = {
    "kind": "law-firm",
    "name": "王示例",
    "firm": "北京示例律师事务所",
    "practice_number": "11101202000000000",
}
# Who is written to where the language is not that of the golden context's own recipient.
ADDRESSEES: Mapping[str, Mapping[str, str | None]] = {
    "en-GB": {"name": "Northcastings Example Ltd", "address": "1 Example Street\nSheffield S1 0XX\nUnited Kingdom"},
    "de": {"name": "Nordguss Beispiel GmbH", "address": "Musterstraße 1\n45127 Essen\nDeutschland"},
    "fr": {"name": "Fonderie Exemple SAS", "address": "1 rue de l’Exemple\n59000 Lille\nFrance"},
    "ja": {"name_local": "北見本鋳造株式会社", "address_local": "東京都千代田区見本町1丁目1番1号"},
    "ko": {"name_local": "주식회사 북방예시주조", "address_local": "서울특별시 종로구 예시로 1"},
    "zh-TW": {"name_local": "北方範例鑄造股份有限公司", "address_local": "臺北市中正區範例路1號"},
}  # fmt: skip
_UNNAMED = dict.fromkeys(("contact", "registration", "email"))
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def context(**changed: Any) -> dict[str, Any]:
    """Read the golden context anew and change some of its top-level records."""
    fresh: dict[str, Any] = copy.deepcopy(read(GOLDEN / "context.yaml").data)
    for key, value in changed.items():
        fresh[key] = {**fresh[key], **value} if isinstance(value, dict) else value
    return fresh


def at_hand(kind: str, language: str, told: dict[str, Any]) -> dict[str, Any]:
    """Add what was reported later: answers in the language, the addressee, facts, the journal."""
    later: dict[str, Any] = copy.deepcopy(read(GOLDEN / "incident.yaml").data)
    told["answers"]["incident"] = later["answers"][language[:2]]
    told["facts"] += later["facts"] if kind in REPORTS else []
    told["journal"] = later["journal"]
    if kind in later["addressees"]:
        told["recipient"] = later["recipients"][later["addressees"][kind]]
    return told


def letter(kind: str, language: str, form: str, **changed: Any) -> Rendered:
    """Render one shipped notice with the golden context and the signatory its form needs."""
    told = context(**changed)
    if language in ADDRESSEES and "recipient" not in changed:
        told["recipient"] |= {**_UNNAMED, **ADDRESSEES[language]}
    told = at_hand(kind, language, told)
    told["facts"] = told["facts"] + FACTS.get(kind, [])
    if form == "lawyers-letter":
        told["signatory"] = FIRM
    return render(kind, language, told, [SHIPPED], watermark="EXAMPLE", form=form)


def pdf_text(pdf: bytes) -> str:
    """Give the text of a PDF without any blanks, which typesetting may move."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def docx_text(docx: bytes) -> str:
    """Give the text of a DOCX body."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        body = ElementTree.fromstring(archive.read("word/document.xml"))  # noqa: S314 (our own)
    return "".join(node.text or "" for node in body.iter(f"{W}t"))
