"""Values put into a recipe's texts: replaced once, so that no value is read as a template."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

STANDARD = ("matter", "step", "target", "round", "key")

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def fill(template: Any, values: Mapping[str, str]) -> Any:
    """Replace each ``{name}`` in the texts of a JSON value; names without a value stay."""
    if isinstance(template, str):
        return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)
    if isinstance(template, Mapping):
        return {key: fill(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, values) for value in template]
    return template


def fill_path(template: str, values: Mapping[str, str]) -> str:
    """Replace each ``{name}`` in a path and query, percent-encoded: no value adds a segment."""
    return str(fill(template, {name: quote(value, safe="") for name, value in values.items()}))


def names(template: Any) -> Iterator[str]:
    """Name every placeholder of a JSON value."""
    if isinstance(template, str):
        yield from _PLACEHOLDER.findall(template)
    elif isinstance(template, Mapping):
        for value in template.values():
            yield from names(value)
    elif isinstance(template, list):
        for value in template:
            yield from names(value)
