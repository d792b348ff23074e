"""Files handed in over a matter's private page: taken as they come, capped, and sealed as an exhibit."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from breachbook.collecting import uploads
from breachbook.collecting.uploads import HandedIn
from breachbook.errors import BreachbookError
from breachbook.layout import COUNTRY
from breachbook.library import Library
from breachbook.slack.files import safe_name
from breachbook.wake import Waker
from breachbook.workspace import Workspace
from breachbook.workspace_files import WorksCouncil

MAX_BYTES = 1 << 30
MAX_FILES = 100

_PIECE = 1 << 20
_MARKS = ("personal_data", "trade_secret", "state_secret")
_COUNCIL = ("", *get_args(WorksCouncil))


@dataclass(frozen=True, slots=True)
class Handed:
    """What a person is told of what they handed in; ``exhibit`` is empty where nothing was sealed."""

    exhibit: str
    text: str


class HandingIn:
    """Takes a form with files from somebody who may see the matter."""

    def __init__(self, workspace: Workspace, library: Library, wake: Waker) -> None:
        self._workspace = workspace
        self._library = library
        self._wake = wake

    async def take(self, request: Request, person: str, matter: str) -> Handed:
        """Read the form, keep its files, and seal them.

        Raises:
            HTTPException: 413, it is larger than MAX_BYTES; 400, it is no form.
        """
        limited = Request(request.scope, _capped(request.receive))
        async with limited.form(max_files=MAX_FILES, max_fields=20) as form:
            return await run_in_threadpool(self._sealed, form, person, matter)

    def finish_left(self) -> None:
        """Seal what a process that ended had whole."""
        for folder in uploads.left(self._workspace):
            try:
                uploads.seal(self._workspace, self._library, folder)
            except (BreachbookError, ValueError, OSError, TypeError):
                continue  # it stays, and is tried again at the next start

    def _sealed(self, form: FormData, person: str, matter: str) -> Handed:
        files = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.size]
        place = str(form.get("place", "")).strip().upper()
        title = str(form.get("title", "")).strip()[:200]
        council = str(form.get("works_council", ""))
        if not files or not title or council not in _COUNCIL or not COUNTRY.fullmatch(place):
            return Handed(
                "", "Nothing was kept: name at least one file, a title and a country such as US."
            )
        payload = uploads.begin(self._workspace)
        try:
            for number, file in enumerate(files):
                _copy(file, payload, number)
        except OSError as error:
            uploads.abandon(payload)
            return Handed("", f"Nothing was kept: {error.strerror or error}.")
        marks: dict[str, Any] = {name: name in form for name in _MARKS}
        correspondence = "correspondence" in form
        handed = HandedIn(
            kind="mail" if correspondence else "upload",
            matter=matter,
            person=person,
            method="page",
            title=title,
            place=place,
            authority=str(form.get("authority", "")).strip()[:2000],
            legal_basis=str(form.get("legal_basis", "")).strip()[:2000],
            works_council=council,
            **marks,
        )
        return self._exhibit(uploads.complete(payload, handed), matter)

    def _exhibit(self, folder: Path, matter: str) -> Handed:
        try:
            made = uploads.seal(self._workspace, self._library, folder)
        except BreachbookError as error:
            return Handed("", f"Nothing was sealed: {error}")
        self._wake(matter)
        files = "1 file" if made.files == 1 else f"{made.files} files"
        text = f"{files}, {made.bytes:,} bytes, sealed. SHA-256 of the seal: {made.seal_sha256}"
        return Handed(made.id, text)


def _copy(file: UploadFile, payload: Path, number: int) -> None:
    path = payload / safe_name(file.filename or "file")
    if path.exists():
        path = payload / f"{number}-{path.name}"
    with path.open("xb") as kept:
        while piece := file.file.read(_PIECE):
            kept.write(piece)


def _capped(receive: Receive) -> Receive:
    left = MAX_BYTES

    async def capped() -> Message:
        nonlocal left
        message = await receive()
        body: object = message.get("body", b"")
        left -= len(body) if isinstance(body, bytes) else 0
        if left < 0:
            raise HTTPException(413)
        return message

    return capped
