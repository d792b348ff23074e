"""Recipes: how to act on one kind of account, as an administrator writes it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from breachbook.connectors import templates
from breachbook.errors import Problem
from breachbook.source import Source

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/[!-~]*$", max_length=500)]
Status = Annotated[int, Field(ge=200, le=299)]

SECRET = re.compile(r"^(?:(?P<scheme>[A-Za-z]+) )?env:(?P<name>[A-Z][A-Z0-9_]*)$")

_ADDRESS = r"^(?:env:[A-Z][A-Z0-9_]*|https?://[!-~]+)$"
_CONFIDENTIAL = re.compile(r"auth|cookie|token|secret|password|key", re.IGNORECASE)
_OURS = {
    "idempotency-key",
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
}


class Strict(BaseModel):
    """A part of a recipe; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Recipe(Strict):
    """What every recipe says.

    Attributes:
        target_notices: The target would notice; not before ex parte relief was considered.
        alters_evidence: It may change what has to be preserved first.
        parameters: Names that the account's row must supply, beside the standard ones.
    """

    id: Id
    title: Text
    connector: Id
    target_notices: bool
    alters_evidence: bool
    parameters: list[Name] = []

    def as_data(self) -> dict[str, Any]:
        """Give the recipe as canonical JSON takes it; secrets are references in it."""
        return self.model_dump(mode="json")

    def lint(self, source: Source) -> Iterator[Problem]:
        """Find what the types alone cannot refuse: names of placeholders that nothing supplies."""
        known = {*templates.STANDARD, *self.parameters}
        for key, value in source.data.items():
            for name in sorted({*templates.names(value)} - known):
                allowed = "one of " + ", ".join(f"{{{name}}}" for name in sorted(known))
                yield source.problem((key,), f"{{{name}}}", allowed, "declare it under parameters")


class Act(Strict):
    """One request that changes something."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: UrlPath
    body: dict[str, JsonValue] = {}
    expect: list[Status] = Field(default=[200, 201, 202, 204], min_length=1)


class Check(Strict):
    """A read-back: GET ``path``; it took if ``field`` of the JSON answer equals ``equals``.

    Attributes:
        field: Dotted path into the answer, such as ``account.state``.
        absent: Statuses that say the effect is not there, such as 404.
    """

    path: UrlPath
    field: Text
    equals: str | int | bool
    absent: list[Annotated[int, Field(ge=400, le=499)]] = []


class HttpRecipe(Recipe):
    """A webhook: JSON out, a read-back, and a way back where there is one.

    Attributes:
        address: Scheme, host and starting path, or ``env:NAME`` that holds them. Not a secret.
        headers: Header to text, or to ``env:NAME`` or ``Bearer env:NAME`` for a secret.
    """

    connector: Literal["http"]
    address: Annotated[str, StringConstraints(pattern=_ADDRESS, max_length=500)]
    headers: dict[str, str] = {}
    do: Act
    check: Check | None = None
    undo: Act | None = None
    timeout_seconds: int = Field(default=10, ge=1, le=120)

    def lint(self, source: Source) -> Iterator[Problem]:
        """Find unknown placeholders, headers that are ours to set, and secrets written out."""
        yield from super().lint(source)
        for name, value in self.headers.items():
            if name.lower() in _OURS or not re.fullmatch(r"[A-Za-z0-9-]+", name):
                yield source.problem(
                    ("headers", name), name, "a header that is not set by breachbook"
                )
            elif SECRET.match(value):
                continue
            elif _CONFIDENTIAL.search(name):
                allowed = "env:NAME or `Bearer env:NAME`"
                yield source.problem(("headers", name), "a secret written out", allowed)
            elif not re.fullmatch(r"[ -~]+", value) or "{" in value:
                yield source.problem(
                    ("headers", name), value, "printable ASCII without placeholders"
                )


class PersonRecipe(Recipe):
    """Something done by hand: what to do, what proves it, and how to take it back."""

    connector: Literal["person"]
    checklist: list[Text] = Field(min_length=1)
    proof: Text
    undo: list[Text] = []


def misnamed(recipe: Recipe, source: Source, path: Path) -> Iterable[Problem]:
    """Find a recipe whose id is not its file's name."""
    if recipe.id != path.stem:
        yield source.problem(("id",), recipe.id, path.stem, "name the file after the id")
