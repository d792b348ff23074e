"""The papers of a bundle that people complete, review and sign; nothing is ever signed here.

Authority:
    Federal Rules of Evidence 902(14) and 28 U.S.C. 1746 for the certificate; 法发〔2016〕22号, articles 5
    and 14, for the record of extraction and its list.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from breachbook.bundle import privilege
from breachbook.bundle.acquisition import Acquisition
from breachbook.bundle.material import Material
from breachbook.bundle.wall import AUDIENCES, TYPES
from breachbook.documents import custody_words as spoken
from breachbook.documents.press import Sheet, typed
from breachbook.documents.printed import Report, printed
from breachbook.seal import bag as bags
from breachbook.seal import entries

_ENGLISH, _CHINESE = "en-US", "zh-CN"
_BLANK = "_" * 16
_MOST_ITEMS, _MOST_FINDINGS = 200, 20
_WATERMARKS = {_ENGLISH: "EXAMPLE - NO REAL EVIDENCE", _CHINESE: "示例——非真实证据"}
_PAGE_TITLES = {_ENGLISH: "How to verify the bundle of", _CHINESE: "证据包核验方法"}
_CLOCK = {"True": "已与时间服务器同步", "False": "未与时间服务器同步"}


def forms(material: Material, known: Mapping[str, Acquisition]) -> dict[str, bytes]:
    """Print every paper, by path in the bundle.

    Args:
        known: By exhibit, how it was acquired.
    """
    log = privilege.entries(material)
    files = {"privilege-log.csv": privilege.as_csv(material, log)}
    files |= _both("privilege-log", _log(material, log))
    for exhibit, told in known.items():
        files |= _both(f"certificates/{exhibit}-902-14-draft", _certificate(material, told))
        files |= _both(f"china/{exhibit}-提取笔录", _record(material, told))
        files |= _both(f"china/{exhibit}-清单", _items(material, told))
    return files


def _both(name: str, report: Report) -> dict[str, bytes]:
    return {f"{name}.docx": report.docx, f"{name}.pdf": report.pdf}


def _printed(
    material: Material, template: str, told: Mapping[str, Any], language: str, title: str
) -> Report:
    sheet = _sheet(material, language, title)
    known = {"organisation": sheet.author, "matter": material.matter.id, "blank": _BLANK}
    return printed(template, {**known, **told}, sheet)


def _sheet(material: Material, language: str, title: str) -> Sheet:
    organisation, matter = material.workspace.config.organisation, material.matter
    label, name = f"{matter.id}, line {matter.seq}", organisation.name
    if language == _CHINESE:
        label, name = f"{matter.id}，第 {matter.seq} 行", organisation.name_local or name
    watermark = _WATERMARKS[language] if matter.example else ""
    return Sheet(language, title, name, label, watermark, material.at.date().isoformat())


def _log(material: Material, log: list[privilege.Entry]) -> Report:
    counts = Counter(one.type for one in log)
    told = {
        "audience": AUDIENCES[material.audience],
        "as_of": _minute(material.at.isoformat()),
        "line": material.matter.seq,
        "entries": [
            {
                "line": one.line,
                "at": one.at[:16].replace("T", " "),
                "what": one.what,
                "author": privilege.named(material, one.author),
                "recipients": ", ".join(
                    privilege.named(material, each) for each in one.recipients
                ),
                "type": one.type,
            }
            for one in log
        ],
        "bases": [
            {"type": kind, "basis": TYPES[kind], "count": count}
            for kind, count in sorted(counts.items())
        ],
    }
    return _printed(material, "privilege-log.md.j2", told, _ENGLISH, "Privilege log")


def _certificate(material: Material, told: Acquisition) -> Report:
    found = told.verified
    verified = dict.fromkeys(("at", "operator", "tool", "outcome", "seal"), "")
    if found:
        event = material.events[found.line - 1]
        after = dict(found.data["after"])
        verified = {
            "at": _second(told.verified_at),
            "operator": privilege.named(material, found.by),
            "tool": event.tool,
            "outcome": "every file identical to its digest",
            "seal": str(after["seal_sha256"]),
        }
    data = {**_common(material, told, _ENGLISH), "verified": verified}
    title = f"Certificate of authenticity, exhibit {told.exhibit.id}, draft"
    return _printed(material, "certificate.md.j2", data, _ENGLISH, title)


def _record(material: Material, told: Acquisition) -> Report:
    findings = entries.findings(_entries(material, told))
    synced = str(material.events[told.exhibit.line - 1].clock.get("synced"))
    data = {
        **_common(material, told, _CHINESE),
        "place": told.exhibit.place,
        "authority": str(told.record.get("authority", "")),
        "clock": _CLOCK.get(synced, "未知"),
        "findings": [
            {"path": one.path, "sense": spoken.word(spoken.FINDINGS, _CHINESE, one.code)}
            for one in findings[:_MOST_FINDINGS]
        ],
        "more_findings": max(0, len(findings) - _MOST_FINDINGS),
    }
    title = f"电子数据提取笔录 {told.exhibit.id}"
    return _printed(material, "extraction-record.md.j2", data, _CHINESE, title)


def _items(material: Material, told: Acquisition) -> Report:
    rows = [row for row in _entries(material, told) if told.algorithm in row]
    items = [
        {
            "number": number,
            "path": str(row["bag"]).removeprefix("data/"),
            "format": _format(str(row["bag"])),
            "size": row["stored"],
            "digest": _grouped(row[told.algorithm]),
        }
        for number, row in enumerate(rows[:_MOST_ITEMS], 1)
    ]
    data = {
        **_common(material, told, _CHINESE),
        "items": items,
        "more": len(rows) - len(items),
        "manifest": f"manifest-{told.algorithm}.txt",
    }
    title = f"电子数据清单 {told.exhibit.id}"
    return _printed(material, "item-list.md.j2", data, _CHINESE, title)


def _common(material: Material, told: Acquisition, language: str) -> dict[str, Any]:
    exhibit = told.exhibit
    return {
        "exhibit": {
            "id": exhibit.id,
            "files": exhibit.files,
            "bytes": exhibit.bytes,
            "unpreserved": told.unpreserved,
            "manifest": exhibit.manifest_sha256,
            "tagmanifest": exhibit.tagmanifest_sha256,
            "seal": exhibit.seal_sha256,
        },
        "source": told.source or exhibit.target,
        "algorithm": told.algorithm.upper().replace("SHA", "SHA-"),
        "acquired": {
            "started": _second(told.started_at),
            "finished": _second(told.finished_at),
            "operator": privilege.named(material, told.operator),
            "tool": told.tool,
            "version": told.tool_version,
            "build": told.tool_build[:16],
            "host": str(told.environment.get("host", "")),
            "system": str(told.environment.get("system", "")),
        },
        "stamps": [
            {
                "authority": one.authority,
                "when": _second(one.when),
                "legal_class": spoken.word(spoken.CLASSES, language, one.legal_class),
            }
            for one in material.matter.evidence.stamps_of(exhibit.id)
        ],
    }


def _entries(material: Material, told: Acquisition) -> list[Mapping[str, Any]]:
    path = material.bag(told.exhibit.id) / bags.ENTRIES
    return list(entries.read([path.read_bytes()]))


def _grouped(digest: str) -> str:
    """Part a digest so that a narrow column can break it."""
    return " ".join(digest[start : start + 16] for start in range(0, len(digest), 16))


def _format(path: str) -> str:
    ending = path.rpartition("/")[2].rpartition(".")
    return ending[2].lower() if ending[0] else "-"


def _minute(text: str) -> str:
    return f"{text[:10]} {text[11:16]} UTC"


def _second(text: str) -> str:
    return f"{text[:10]} {text[11:19]} UTC"


def page(material: Material, text: str, language: str) -> bytes:
    """Print the procedure on one page."""
    sheet = _sheet(material, language, f"{_PAGE_TITLES[language]} {material.matter.id}")
    return typed(text, sheet, "procedure")
