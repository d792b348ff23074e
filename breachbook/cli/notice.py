"""One version of a notice: shown, compared with another, or replaced by an edited DOCX."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from breachbook.cli.output import as_json, coloured, has_colour, moment, pairs, safe, say
from breachbook.cli.session import current
from breachbook.errors import UsageError

if TYPE_CHECKING:
    from breachbook.matter import Document, Matter
    from breachbook.matter_file import MatterFile

_MARKS = re.compile(r"(?<!\\)(?:(\[-.*?(?<!\\)-\])|(\{\+.*?(?<!\\)\+\}))")
_RED, _GREEN = "31", "32"
_TAKES = {
    "replace": ("FILE", "--reason"),
    "redline": ("--against", "--out"),
    "show": (),
}


def notice(
    what: Literal["show", "redline", "replace"],
    matter: str,
    document: str,
    file: Path | None = None,
    /,
    *,
    reason: str | None = None,
    against: str | None = None,
    out: Path | None = None,
    json: bool = False,
) -> None:
    """Show one version of a notice, what changed in it, or put an edited DOCX in its place.

    Of an edited DOCX the text is taken, tracked changes as accepted, comments left out; DOCX and PDF are
    printed from it anew. Whoever edits becomes an author. What was asked or approved on the old version is
    void, and the new one is asked for.

    For example:

    - breachbook notice show LEAK-2026-0001 D4
    - breachbook notice replace LEAK-2026-0001 D4 edited.docx --reason "names the licence"
    - breachbook notice redline LEAK-2026-0001 D6
    - breachbook notice redline LEAK-2026-0001 D6 --against D2 --out redline.txt

    Args:
        what: show, redline or replace.
        matter: Its id.
        document: The version, such as D4, as `show MATTER` lists it.
        file: With replace: the edited DOCX.
        reason: With replace: why the text was changed.
        against: With redline: another version; else the one before.
        out: With redline: a new file to write it to.
        json: Print JSON.
    """
    given = {"FILE": file, "--reason": reason, "--against": against, "--out": out}
    stray = [
        name for name, value in given.items() if value is not None and name not in _TAKES[what]
    ]
    if stray:
        allowed = ", ".join(_TAKES[what]) or "nothing besides"
        raise UsageError(f"notice {what}: got {', '.join(stray)}; allowed: {allowed}")
    if what == "show":
        _show(matter, document, json)
    elif what == "redline":
        _redline(matter, document, against, out, json)
    elif file is None or reason is None:
        raise UsageError("notice replace: got too little; allowed: FILE and --reason TEXT")
    else:
        _replace(matter, document, file, reason, json)


def _replace(matter: str, document: str, path: Path, reason: str, json: bool) -> None:
    from breachbook.documents.edited import MAX_DOCX
    from breachbook.replacing import replace
    from breachbook.store import read_regular

    file, actor = current.writable(matter)
    try:
        data = read_regular(path, MAX_DOCX)
    except OSError as error:
        got = error.strerror or error
        raise UsageError(
            f"{path}: got {got}; allowed: a DOCX of at most {MAX_DOCX} bytes"
        ) from error
    done = replace(
        current.workspace, current.library, file, actor, document, data, path.name, reason
    )
    redlined = _against(file, file.refresh(), done.document, document)
    if json:
        as_json(
            {
                "matter": matter, "document": done.document, "replaces": document,
                "voided": done.request, "text": done.text, "redline": redlined,
            }
        )  # fmt: skip
    else:
        _print(redlined)
        say(f"{matter}: {done.text}")
    current.tell_engine(matter)


def _redline(
    matter: str, document: str, against: str | None, out: Path | None, json: bool
) -> None:
    from breachbook.redline import version_before

    file, state = current.readable(matter)
    own = _found(state, document)
    before = _found(state, against) if against else version_before(state, document)
    if before is None:
        raise UsageError(f"{matter} {document}: is the first version; allowed: --against D2")
    if (before.step, before.target) != (own.step, own.target):
        got, allowed = f"{before.step}/{before.target}", f"a version of {own.step}/{own.target}"
        raise UsageError(f"{matter} {document}: got {before.id} of {got}; allowed: {allowed}")
    text = _against(file, state, document, before.id)
    if out is not None:
        _write(out, text)
    if json:
        as_json({"matter": matter, "document": document, "against": before.id, "redline": text})
    elif out is None:
        _print(text)


def _against(file: "MatterFile", state: "Matter", document: str, before: str) -> str:
    from breachbook.redline import redline, text_of

    texts = [text_of(file, _found(state, item)) for item in (before, document)]
    if texts[0] is None or texts[1] is None:
        raise UsageError(f"{state.id} {document}: is no notice, so it has no text to compare")
    return redline(texts[0], texts[1])


def _write(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8") as handle:
            handle.write(text)
    except FileExistsError:
        raise UsageError(f"{out}: is there already; allowed: a new file") from None


def _print(text: str) -> None:
    """Print a redline, in colour on a terminal; what the document says was made safe before."""
    shown = safe(text).rstrip("\n") or "no difference"
    print(_MARKS.sub(_painted, shown) if has_colour() else shown)


def _painted(found: re.Match[str]) -> str:
    return coloured(found[0], _RED if found[1] else _GREEN)


def _show(matter: str, document: str, json: bool) -> None:
    file, state = current.readable(matter)
    view = _view(file, state, _found(state, document))
    if json:
        as_json(view)
        return
    names = (
        "document", "step", "version", "round", "notice", "language", "form", "state", "authors",
        "replaces",
    )  # fmt: skip
    pairs({name: view[name] for name in names} | {"drafted": moment(view["drafted_at"])})
    for item in view["files"]:
        say(f"file       {item['sha256'][:16]}  {item['name']}")
    if view["edit"]:
        say(f"edited     {view['edit'][:16]}  the DOCX handed in, served to nobody")
    for item in view["requests"]:
        say(f"request    {item['request']}  {item['state']}")
    say()
    say(view["text"] or "no text")


def _view(file: "MatterFile", state: "Matter", document: "Document") -> Mapping[str, Any]:
    from breachbook.events import stamp
    from breachbook.redline import text_of

    newest = state.instance(document.step, document.target).document == document.id
    return {
        "matter": state.id,
        "document": document.id,
        "step": f"{document.step}/{document.target}".removesuffix("/-"),
        "version": document.version,
        "round": document.round,
        "notice": document.notice,
        "language": document.language,
        "form": document.form,
        "state": "served" if document.served else "newest" if newest else "superseded",
        "authors": list(document.authors),
        "drafted_at": stamp(document.drafted_at) if document.drafted_at else None,
        "replaces": document.replaces,
        "edit": document.edit,
        "files": [{"name": name, "sha256": sha} for name, sha in document.files.items()],
        "requests": [
            {"request": a.id, "state": a.state}
            for a in state.approvals.values()
            if a.document == document.id
        ],
        "text": text_of(file, document),
    }


def _found(state: "Matter", document: str) -> "Document":
    if document not in state.documents:
        allowed = ", ".join(state.documents) or "none yet"
        raise UsageError(f"{state.id}: got the document {document[:40]!r}; allowed: {allowed}")
    return state.documents[document]
