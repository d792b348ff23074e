"""Remake the example's shared folder, byte for byte: ``python make_share.py [FOLDER]``.

The default is ``share/`` beside this file. Every name, number and person in it is invented, and no
value describes a real process. Nothing depends on the clock, on the version of Python or on a
compression library: archives are stored, numbers come from SHA-256.
"""

import base64
import hashlib
import io
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NOTE = "example data: invented for a demonstration; describes no real process"
MONTHS = [f"{year}-{month:02}" for year in (2025, 2026) for month in range(1, 13)][:22]
STAGES = {
    "造型": ["mould wash thickness, mm/100", "mould temperature, C", "closing force, kN"],
    "熔炼": ["charge mass, kg", "tap temperature, C", "slag hold, s"],
    "浇注": ["fill time, s", "ladle pressure, kPa", "riser plug delay, s"],
    "热处理": ["soak time, min", "quench flow, l/min", "temper temperature, C"],
    "检验": ["rim hardness, HB", "plate thickness, mm/10", "tread roundness, mm/100"],
}

File = tuple[str, bytes]


def number(seed: str, low: int, high: int) -> int:
    """Draw a whole number from ``low`` to ``high``, both included; one seed, one number."""
    drawn = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:6], "big")
    return low + drawn % (high - low + 1)


def files() -> Mapping[str, bytes]:
    """Give the whole shared folder: path inside it, with forward slashes, to its bytes."""
    made: dict[str, bytes] = {}
    for family in (process_sheets, heats, ultrasound, training, drawings):
        made.update(family())
    for family in (portal_log, letters, papers, oddities):
        made.update(family())
    return made


def write(folder: Path) -> int:
    """Replace a folder by the generated one; returns how many files it has."""
    if folder.exists():
        shutil.rmtree(folder)
    made = files()
    for path, data in made.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return len(made)


def table(*rows: list[object]) -> bytes:
    """Write rows as CSV under the note that says they are invented."""
    lines = [f"# {NOTE}", *(",".join(str(cell) for cell in row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def text(*lines: str) -> bytes:
    """Write lines as UTF-8 text under the note that says they are invented."""
    return ("\n".join([f"[{NOTE}]", "", *lines]) + "\n").encode()


def process_sheets() -> Iterator[File]:
    """Process sheets of two casting lines, in folders with Chinese names."""
    for stage, quantities in STAGES.items():
        for line in ("A线", "B线"):
            for sheet in range(1, 7):
                path = f"工艺文件/{stage}/{line}/工艺卡-{sheet:02}.csv"
                rows = [
                    [name, number(f"{path}{name}", 10, 400), number(f"{path}{name}tol", 1, 9)]
                    for name in quantities
                ]
                columns: list[object] = ["quantity", "dummy value", "tolerance"]
                yield path, table(["sheet", stage, line, sheet], columns, *rows)


def heats() -> Iterator[File]:
    """Four heat records a month."""
    for month in MONTHS:
        for count in range(1, 5):
            heat = f"{month.replace('-', '')[2:]}{count:02}"
            path = f"生产记录/{month[:4]}/{month[5:]}月/炉次-{heat}.csv"
            rows = [
                [f"W{heat}-{wheel:02}", number(f"{heat}{wheel}", 200, 399), "pass"]
                for wheel in range(1, 13)
            ]
            yield path, table(["wheel", "dummy hardness", "result"], *rows)


def ultrasound() -> Iterator[File]:
    """A monthly summary of ultrasonic inspection."""
    for month in MONTHS:
        tested, held = number(f"{month}tested", 900, 1400), number(f"{month}held", 3, 30)
        yield (
            f"检验记录/超声/UT-{month}.txt",
            text(f"月份 month: {month}", f"检验 tested: {tested}", f"隔离 held: {held}"),
        )


def training() -> Iterator[File]:
    """Attendance and confidentiality briefings at the licensee's foundry."""
    for course in range(1, 13):
        present = number(f"course{course}", 9, 24)
        yield (
            f"training/培训记录/签到-{course:02}.txt",
            text(
                f"Course {course:02} at the licensed foundry, attendance {present}.",
                "保密须知已宣读并签字 (confidentiality briefing read out and signed).",
            ),
        )


def drawings() -> Iterator[File]:
    """An index of drawings: numbers and titles, no drawing."""
    for size in (28, 30, 33, 36, 38):
        for use in ("freight", "intermodal"):
            drawing = f"HR-{size}-{use[:1].upper()}-001"
            yield (
                f"drawings index/{use}/wheel {size} in.md",
                text(f"# Wheel {size} in, {use}", "", f"- drawing {drawing}, index entry only"),
            )


def portal_log() -> Iterator[File]:
    """The supplier portal's daily download log for the last weeks before the report."""
    for day in range(1, 31):
        date = f"2026-10-{day:02}"
        rows = [_download(date, hour) for hour in (9, 14, 22)]
        columns: list[object] = ["at", "account", "object", "bytes"]
        yield f"portal exports/2026-10/downloads-{date}.csv", table(columns, *rows)


def _download(date: str, hour: int) -> list[object]:
    late = hour == 22
    account = "beiyuan-engineering-07" if late else "beiyuan-quality-02"
    sheet = number(f"{date}{hour}", 1, 60)
    taken = f"process-sheet-{sheet:02}" if late else "inspection-summary"
    at = f"{date}T{hour:02}:{number(f'{date}{hour}m', 10, 59)}:00+08:00"
    return [at, account, taken, number(f"{date}{hour}b", 900, 9000)]


def letters() -> Iterator[File]:
    """E-mail as a mail client saves it, and notes of calls."""
    yield "correspondence/2026-11-12 来样检测异常.eml", message()
    for call in range(1, 6):
        yield (
            f"correspondence/call notes/2026-11-{call + 8:02} 电话记录.txt",
            text(f"Call {call}: quality in Chicago and the licensed foundry. See the e-mail."),
        )


def message() -> bytes:
    """Write one e-mail with a Chinese subject and a CSV attached, lines ending as in RFC 5322."""
    subject = base64.b64encode("来样检测异常".encode()).decode()
    samples = table(["mark", "dummy profile match"], ["M-1", 97], ["M-2", 96])
    attached = base64.encodebytes(samples).decode()
    lines = [
        "Return-Path: <zhou.min@haldenridge.example>",
        "Received: from mail.haldenridge.example by mx.haldenridge.example;",
        "\tThu, 12 Nov 2026 01:22:09 +0000",
        "Message-ID: <20261112012209.7F3A@haldenridge.example>",
        "Date: Thu, 12 Nov 2026 09:22:07 +0800",
        "From: Zhou Min <zhou.min@haldenridge.example>",
        "To: Peter Lindgren <peter.lindgren@haldenridge.example>",
        f"Subject: =?utf-8?B?{subject}?=",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="=_wheels"',
        "",
        "--=_wheels",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        f"[{NOTE}]",
        "Two wheels offered in the US by another supplier carry our gate pattern. 请看附件。",
        "",
        "--=_wheels",
        'Content-Type: text/csv; charset=utf-8; name="samples.csv"',
        'Content-Disposition: attachment; filename="samples.csv"',
        "Content-Transfer-Encoding: base64",
        "",
        *attached.splitlines(),
        "--=_wheels--",
        "",
    ]
    return "\r\n".join(lines).encode()


def papers() -> Iterator[File]:
    """A PDF, a spreadsheet, a word-processor file and an archive."""
    yield "audits/2025 licensee audit.pdf", pdf("Licensee audit 2025", NOTE, "No findings.")
    yield "audits/审核说明.md", text("# 审核说明", "", "年度审核范围与结论见 PDF。")
    yield "minutes/会议纪要 2026-09.docx", docx("Minutes, September 2026", NOTE)
    yield "tables/scrap rate.xlsx", xlsx([["month", "dummy scrap, 1/1000"], *_scrap()])
    listed = text("1 process manual (index only)")
    members = {"handover/移交清单.txt": listed, "handover/empty.txt": b""}
    yield "archive/handover-2024.zip", archive(members)


def _scrap() -> list[list[str]]:
    return [[month, str(number(f"{month}scrap", 5, 40))] for month in MONTHS]


def pdf(*lines: str) -> bytes:
    """Write one page of plain text as an uncompressed PDF 1.4 with its cross-reference table."""
    words = b" ".join(b"(%s) Tj T*" % line.encode() for line in lines)
    shown = b"BT /F1 12 Tf 72 720 Td 16 TL %s ET" % words
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for count, item in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (count, item)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return body + head + rows + tail


def archive(members: Mapping[str, bytes]) -> bytes:
    """Write a ZIP whose bytes never change: stored, with one fixed date and one fixed system."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as made:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, (2026, 11, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            made.writestr(entry, data)
    return buffer.getvalue()


def _office(main: str, types: Mapping[str, str], parts: Mapping[str, str]) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    vendor = "application/vnd.openxmlformats-"
    listed = (
        f'<Default Extension="rels" ContentType="{vendor}package.relationships+xml"/>'
        + "".join(
            f'<Override PartName="/{part}" ContentType="{vendor}officedocument.{kind}+xml"/>'
            for part, kind in types.items()
        )
    )
    whole = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{listed}</Types>',
        "_rels/.rels": _link(main, "officeDocument"),
        **parts,
    }
    return archive({name: (head + part).encode() for name, part in whole.items()})


def _link(target: str, kind: str) -> str:
    link = f'<Relationship Id="r1" Type="{LINKS}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{PACKAGE}/relationships">{link}</Relationships>'


def docx(*paragraphs: str) -> bytes:
    """Write paragraphs as a minimal word-processor file."""
    main, space = (
        "word/document.xml",
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    )
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in paragraphs)
    document = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    return _office(main, {main: "wordprocessingml.document.main"}, {main: document})


def xlsx(rows: list[list[str]]) -> bytes:
    """Write rows of text as a minimal spreadsheet."""
    main, sheet = "xl/workbook.xml", "xl/worksheets/sheet1.xml"
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    body = "".join(f"<row>{''.join(_cell(value) for value in row)}</row>" for row in rows)
    sheets = '<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets>'
    parts = {
        main: f'<workbook xmlns="{space}" xmlns:r="{LINKS}">{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": _link("worksheets/sheet1.xml", "worksheet"),
        sheet: f'<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>',
    }
    types = {main: "spreadsheetml.sheet.main", sheet: "spreadsheetml.worksheet"}
    return _office(main, types, parts)


def _cell(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


def oddities() -> Iterator[File]:
    """What a real shared folder also holds: an empty file, an old encoding, deep nesting."""
    yield "空文件.txt", b""
    yield "旧版/gb18030 说明.txt", f"旧系统导出的说明。[{NOTE}]\r\n".encode("gb18030")
    yield "旧版/2019/备份/备份的备份/说明.txt", text("备份的备份。")
    yield "检验记录/100% inspection #1 (copy).csv", table(["mark", "result"], ["W-1", "pass"])
    yield ".sync-state", b'{"example": true}\n'
    yield "README.txt", text("Exchange folder between Haldenridge Wheel and its licensed foundry.")


if __name__ == "__main__":
    destination = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "share"
    sys.stdout.write(f"{write(destination)} files in {destination}\n")
