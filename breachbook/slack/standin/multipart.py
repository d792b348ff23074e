"""Browser forms: URL-encoded, or multipart with files, read exactly as sent."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

_BOUNDARY = re.compile(r'multipart/form-data;.*boundary="?([^";]{1,70})"?')
_NAME = re.compile(r'[ ;]name="((?:[^"\\]|\\.)*)"')
_FILE = re.compile(r'[ ;]filename="((?:[^"\\]|\\.)*)"')


@dataclass(slots=True)
class Form:
    """A form's texts by name, in their order, and its files as (name, bytes)."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    files: list[tuple[str, bytes]] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Give the first text of a name, or an empty one."""
        return self.texts.get(name, [""])[0]


def read_form(kind: str, body: bytes) -> Form:
    """Read a form; `kind` is its content type. A part that cannot be read is left out."""
    form = Form()
    found = _BOUNDARY.match(kind)
    if found is None:
        for name, text in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
            form.texts.setdefault(name, []).append(text)
        return form
    line = b"\r\n--" + found[1].encode()
    for part in (b"\r\n" + body).split(line)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        _take(form, head.decode("utf-8", "replace"), content)
    return form


def _take(form: Form, head: str, content: bytes) -> None:
    name, file = _NAME.search(head), _FILE.search(head)
    if file is not None:
        if file[1] and content:
            form.files.append((re.split(r"[/\\]", file[1])[-1], content))
    elif name is not None:
        # A browser ends the lines of a text with CR LF.
        text = content.decode("utf-8", "replace").replace("\r\n", "\n")
        form.texts.setdefault(name[1], []).append(text)
