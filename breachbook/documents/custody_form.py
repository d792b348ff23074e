"""The custody form: an exhibit's chain of custody as JSON, as DOCX to sign, and as PDF/A-2b for the record."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from breachbook.documents import custody_words as spoken
from breachbook.documents.press import Sheet
from breachbook.documents.printed import Report, printed
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.views.custody_report import told
from breachbook.workspace import Workspace

Row = Mapping[str, Any]

LANGUAGES: Mapping[str, str] = {"en": "en-US", "zh": "zh-CN"}
_TEMPLATE = "custody.md.j2"
_WATERMARK = "EXAMPLE - NOT EVIDENCE"
# Handlings in which an exhibit changes hands.
_HANDED = frozenset({"received", "transferred", "returned"})
_COMMANDS = (
    ("sha256sum -c manifest-sha256.txt", "checks_payload"),
    ("sha256sum -c tagmanifest-sha256.txt", "checks_tags"),
    ("sha256sum {exhibit}.seal.json", "checks_seal"),
    ("breachbook evidence verify {matter}/{exhibit}", "checks_all"),
)
_OTHER = {"received": "sender", "offered": "taker"}


def custody_report(
    workspace: Workspace,
    file: MatterFile,
    matter: Matter,
    exhibit: str,
    languages: Sequence[str] = tuple(LANGUAGES),
) -> dict[str, bytes]:
    """Print the custody form of one exhibit; an equal journal and workspace give the same bytes.

    Args:
        workspace: Where its people and organisation are named.
        file: The matter's folder.
        matter: As of which the form is.
        exhibit: Its id.
        languages: Of LANGUAGES.

    Returns:
        File name to content: ``E1-custody.json``, ``E1-custody.en.pdf``, ``E1-custody.en.docx`` ...

    Raises:
        UsageError: The matter has no such exhibit.
        ContentError: pandoc or Typst refused it.
    """
    data = told(workspace, file, matter, exhibit)
    made = {
        f"{exhibit}-custody.json": json.dumps(
            data, ensure_ascii=False, indent=2, sort_keys=True
        ).encode()
        + b"\n"
    }
    for short in languages:
        form = _printed(data, LANGUAGES[short])
        made[f"{exhibit}-custody.{short}.docx"] = form.docx
        made[f"{exhibit}-custody.{short}.pdf"] = form.pdf
    return made


def _printed(data: Row, language: str) -> Report:
    writer = _Writer(language)
    where = f"{data['matter']} {data['exhibit']['id']}"
    sheet = Sheet(
        language=language,
        title=f"{writer.words['title']} {where}",
        author=writer.named(data["organisation"]),
        label=f"{where}, {writer.line(data['as_of']['line'])}",
        watermark=_WATERMARK if data["example"] else "",
        dated=data["as_of"]["at"][:10],
    )
    return printed(_TEMPLATE, writer.form(data), sheet)


class _Writer:
    """Puts a report into the words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.words = spoken.LABELS[language]
        self._is_chinese = language.startswith("zh")

    def form(self, data: Row) -> Row:
        handlings = [self._handling(number, row) for number, row in enumerate(data["handlings"])]
        exhibit = data["exhibit"]
        return {
            "words": self.words,
            "organisation": self.named(data["organisation"]),
            "heads": [
                (self.words["matter"], data["matter"]),
                (self.words["exhibit"], exhibit["id"]),
                (
                    self.words["as_of"],
                    f"{self._moment(data['as_of'], 'at', data)}, {self.line(data['as_of']['line'])}",
                ),
                (self.words["head"], data["as_of"]["head"]),
            ],
            "facts": [(label, text) for label, text in self._facts(data) if text],
            "handlings": [
                row | {"when": self._moment(told, "at", data, brief=True)}
                | {"rows": [pair for pair in self._rows(told, data) if pair[1]]}
                for row, told in zip(handlings, data["handlings"], strict=True)
            ],
            "signatures": [
                *(self._signed(row) for row in data["handlings"] if row["act"] in _HANDED),
                {"number": self.words["next"], "giver": "", "taker": ""},
            ],
            "check": self.words["check"].format(line=data["handlings"][0]["line"]),
            "commands": [
                (command.format(exhibit=exhibit["id"], matter=data["matter"]), self.words[sense])
                for command, sense in _COMMANDS
            ],
        }  # fmt: skip

    def named(self, row: Row) -> str:
        return str(row["name_local"] if self._is_chinese else row["name"])

    def line(self, number: int) -> str:
        return self.words["journal_line"].format(line=number)

    def _facts(self, data: Row) -> Iterator[tuple[str, str]]:
        words, one = self.words, data["exhibit"]
        source = spoken.word(spoken.COLLECTORS, self.language, one["collector"])
        called = self._text(one["title"]) if one["title"] else one["source"]
        yield words["source"], source + (f": {called}" if called != "-" else "")
        yield words["collected_by"], self._whole(one["operator"])
        yield words["tool"], one["tool"]
        yield words["sealed"], self._moment(one, "sealed_at", data)
        yield words["place"], one["place"]
        yield words["stored"], one["stored"]
        yield words["holds"], words["files"].format(files=one["files"], bytes=one["bytes"])
        marks = [
            words[key] for key in ("personal_data", "trade_secret", "state_secret") if one[key]
        ]
        yield words["marks"], self._joined(marks) or words["unmarked"]
        yield words["legal_basis"], self._text(one["legal_basis"])
        yield (
            words["works_council"],
            spoken.word(spoken.COUNCIL, self.language, one["works_council"]),
        )
        seen = [
            f"{count} × {spoken.word(spoken.FINDINGS, self.language, code)}"
            for code, count in one["findings"].items()
        ]
        yield words["findings"], "; ".join(seen) or words["no_findings"]
        for key in ("seal", "manifest", "tagmanifest"):
            yield words[key], one[f"{key}_sha256"]
        stamps = [
            f"{row['authority']} ({spoken.word(spoken.CLASSES, self.language, row['legal_class'])}),"
            f" {self._moment(row, 'when', data, brief=True)}"
            for row in data["time_stamps"]
        ]
        yield words["time_stamps"], "; ".join(stamps) or words["no_time_stamp"]
        anchor = data["anchor"]
        yield words["anchor"], words["anchored"].format(**anchor) if anchor else words["no_anchor"]
        ended = [row for row in data["handlings"] if row["act"] == "destroyed"]
        yield words["destroyed"], self._moment(ended[-1], "at", data) if ended else ""

    def _handling(self, number: int, row: Row) -> dict[str, Any]:
        other = row.get("other")
        if "giver" in row and other == row["by"]:
            other = row["giver"]
        check = row.get("after") or row.get("before")
        return {
            "number": row["entry"] or str(number),
            "act": spoken.word(spoken.ACTS, self.language, row["act"]),
            "by": self.named(row["by"]),
            "other": self.named(other) if other else "",
            "place": row.get("place", ""),
            "verdict": self._verdict(check, brief=True) if check else "",
        }

    def _rows(self, row: Row, data: Row) -> Iterator[tuple[str, str]]:
        words = self.words
        yield words["recorded"], f"{self._moment(row, 'at', data)}, {self.line(row['line'])}"
        yield words["happened"], self._moment(row, "when", data) if "when" in row else ""
        method = spoken.word(spoken.METHODS, self.language, row["method"])
        how = words["identified"].format(method=method) if row["method"] else ""
        yield words["recorded_by"], self._joined([self._whole(row["by"]), how])
        yield words["given_by"], self._whole(row["giver"]) if "giver" in row else ""
        if "other" in row:
            yield words[_OTHER.get(row["act"], "receiver")], self._whole(row["other"])
        yield words["where"], row.get("place", "")
        for name in ("purpose", "authority", "condition", "reason"):
            yield words[name], self._text(row.get(name))
        for name in ("transfer", "undertaking", "consent", "export", "proof"):
            yield words[name], row.get(name, "")
        for name in ("before", "after"):
            yield words[name], self._verdict(row[name]) if name in row else ""

    def _signed(self, row: Row) -> Row:
        own, other = self._whole(row["by"]), self._whole(row["other"])
        if row["act"] == "received":
            return {"number": row["entry"], "giver": other, "taker": own}
        giver = (
            own
            if row["act"] == "returned"
            else self._whole(row["giver"])
            if "giver" in row
            else ""
        )
        return {"number": row["entry"], "giver": giver, "taker": other}

    def _whole(self, person: Row) -> str:
        phone = self.words["telephone"].format(phone=person["phone"]) if person["phone"] else ""
        return self._joined([self.named(person), person["title"], phone])

    def _joined(self, parts: Sequence[str]) -> str:
        return ("，" if self._is_chinese else ", ").join(filter(None, parts))

    def _text(self, text: Row | None) -> str:
        if text is None:
            return ""
        if text["text"] is None:
            return self.words["withheld"].format(c=text["c"][:16])
        return str(text["text"])

    def _verdict(self, check: Row, *, brief: bool = False) -> str:
        seal = check["seal_sha256"] or self.words["no_seal"]
        key = "sound" if check["sound"] else "unsound"
        return self.words[key].format(seal=seal[:16] if brief else seal)

    def _moment(self, row: Row, name: str, data: Row, *, brief: bool = False) -> str:
        """Write a moment in the organisation's zone and in UTC; briefly, in UTC alone."""
        utc = f"{row[name][:19].replace('T', ' ')} UTC"
        if brief:
            return utc
        local = datetime.fromisoformat(row[f"{name}_local"])
        offset = f"{local:%z}"
        zone = f"UTC{offset[:3]}:{offset[3:5]}, {data['organisation']['zone']}"
        return f"{local:%Y-%m-%d %H:%M:%S} ({zone}) = {utc}"
