"""What a notice may be told: the known fields, and which of them are missing.

A template sees the fields its `notice.yaml` declares under `uses` and no others, so a letter to an
opponent cannot mention an internal deadline by accident, and what a document rests on can be read
off its declaration.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from breachbook.documents.inert import inert

_FACT = dict.fromkeys(("id", "kind", "title", "when", "about"))
_CLAUSE = dict.fromkeys(("number", "title", "text", "text_local"))
_NOTICES_TO = dict.fromkeys(("address", "address_local", "email", "attention", "method"))

# A mapping is a record, a one-item list a list of such records, None a value.
SHAPE: Mapping[str, Any] = {
    "matter": {
        "id": None,
        "title": None,
        "opened_on": None,
        "vector": None,
        "places": [None],
        "summary": None,
    },
    "organisation": dict.fromkeys(
        (
            "name",
            "name_local",
            "address",
            "address_local",
            "place",
            "registration",
            "representative",
            "email",
            "phone",
        )
    ),
    "recipient": dict.fromkeys(
        [
            "id",
            "name",
            "name_local",
            "role",
            "address",
            "address_local",
            "place",
            "language",
            "email",
            "contact",
            "registration",
        ]
    ),
    "signatory": dict.fromkeys(
        ("name", "title", "kind", "firm", "practice_number", "email", "phone")
    ),
    "agreements": [
        dict.fromkeys(
            (
                "id",
                "title",
                "title_local",
                "kind",
                "signed_on",
                "ends_on",
                "counterparty",
                "governing_law",
                "forum",
                "confidentiality_survives",
            )
        )
        | {"clauses": [_CLAUSE], "notices_to": _NOTICES_TO}
    ],
    "trade_secrets": [
        dict.fromkeys(
            ("id", "title", "title_local", "category", "category_local", "owner", "since")
        )
        | {
            "measures": [dict.fromkeys(("kind", "text", "since", "proof"))],
            "access": [dict.fromkeys(("person", "party", "since", "until", "basis"))],
        }
    ],
    "facts": [_FACT],
    "exhibits": [
        dict.fromkeys(("id", "title", "sealed_at", "files", "bytes", "tagmanifest_sha256"))
    ],
    "deadlines": [dict.fromkeys(("title", "safe", "legal", "raw", "rule", "authority", "status"))],
    "steps": [dict.fromkeys(("id", "kind", "title", "state", "waits_for"))],
    "journal": [dict.fromkeys(("seq", "at", "kind", "by", "about", "hash"))],
    "custodian": dict.fromkeys(("id", "name", "name_local", "title")),
    "demands": {"reply_by": None},
    "hold": dict.fromkeys(
        ("id", "version", "scope", "since", "until", "about", "about_local", "secret", "resumes")
    )
    | {"systems": [None], "tasks": [None]},
    "answers": {},
    "today": None,
    "example": None,
}
ALWAYS = frozenset({"matter", "organisation", "signatory", "today", "example"})


def knows(path: str) -> bool:
    """Tell whether a dotted path (`agreements.*.clauses`) is known; any `answers` question is."""
    shape: Any = SHAPE
    for part in path.split("."):
        if part == "*" and isinstance(shape, list):
            shape = shape[0]
        elif isinstance(shape, dict | Mapping) and part in shape:
            shape = shape[part]
        else:
            return path.startswith("answers.") and path.count(".") == 1
    return True


def fitted(
    context: Mapping[str, Any], language: str, shape: Mapping[str, Any] = SHAPE
) -> dict[str, Any]:
    """Fit a context to the known shape, its text inert; what is absent is None or empty."""
    return {
        key: _answers(context.get(key))
        if key == "answers"
        else _fit(inner, context.get(key), language)
        for key, inner in shape.items()
    }


def missing(context: Mapping[str, Any], path: str) -> bool:
    """Tell whether a context has nothing at a path; `a|b` asks for either, `*` for every item."""
    return all(_lacks(context, one.split(".")) for one in path.split("|"))


def found(context: Any, path: str) -> Any:
    """Give the value at a dotted path, as far as its first `*`."""
    for part in path.split("|")[0].split("."):
        if part == "*":
            break
        context = context[part]
    return context


def _fit(shape: Any, value: Any, language: str) -> Any:
    if isinstance(shape, list):
        items = value if isinstance(value, list | tuple) else []
        return [_fit(shape[0], item, language) for item in items]
    if isinstance(shape, dict):
        record = value if isinstance(value, Mapping) else dict.fromkeys(list(shape)[:1], value)
        return fitted(record, language, shape)
    return _value(value, language)


def _value(value: Any, language: str) -> str | int | bool | None:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return inert(_one_language(value, language))
    if isinstance(value, list | tuple):
        return inert(", ".join(str(item) for item in value))
    return inert(str(value))


def _one_language(value: Mapping[str, Any], language: str) -> str:
    if "title" in value:  # an authority: its title and the pinpoint in it
        return " ".join(str(value[key]) for key in ("title", "locator") if value.get(key))
    for key in (language, language.split("-")[0], "en", *value):
        if value.get(key):
            return str(value[key])
    return ""


def _answers(value: Any) -> dict[str, list[str]]:
    """Gather `{step: {question: value}}` as `{question: [value, ...]}`, in the steps' order."""
    gathered: dict[str, list[str]] = {}
    for answers in (value or {}).values():
        for question, answer in answers.items():
            items: Iterable[Any] = answer if isinstance(answer, list | tuple) else [answer]
            gathered.setdefault(question, []).extend(
                text for item in items if item is not None and (text := inert(str(item)))
            )
    return gathered


def _lacks(value: Any, parts: list[str]) -> bool:
    if not parts:
        return value is None or value in ("", [], {})
    if parts[0] == "*":
        return not value or any(_lacks(item, parts[1:]) for item in value)
    return not isinstance(value, Mapping) or _lacks(value.get(parts[0]), parts[1:])


def sample(shape: Any = SHAPE, name: str = "") -> Any:
    """Make a context with every known field filled, for trying a template out."""
    if isinstance(shape, list):
        return [sample(shape[0], name)]
    if isinstance(shape, Mapping):
        return {key: sample(inner, key) for key, inner in shape.items()}
    return _SAMPLES.get(name, name or "CN")


_SAMPLES = dict.fromkeys(
    [
        "opened_on",
        "signed_on",
        "when",
        "sealed_at",
        "safe",
        "legal",
        "raw",
        "today",
        "reply_by",
        "since",
        "until",
        "ends_on",
        "at",
    ],
    "2026-01-02",
) | {
    "files": 1,
    "bytes": 1,
    "seq": 1,
    "kind": "access",
    "counterparty": "id",
    "tasks": "mailbox-hold",
}
