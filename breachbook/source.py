"""YAML that people write, read strictly: repeated keys refused, dates left as text, every key with its line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from breachbook.errors import ContentError, Problem

M = TypeVar("M", bound=BaseModel)

_PLAIN = "tag:yaml.org,2002:"
_COLLECTIONS = (f"{_PLAIN}map", f"{_PLAIN}seq")
_MAX_BYTES = 4 * 1024 * 1024
_DEEPEST = 64


# The parser of libyaml, where PyYAML was built with it, reads eight times as fast.
class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """SafeLoader without implicit dates, sexagesimals and yes/no words: `2026-03-02`, `12:30` and `no` stay text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag == f"{_PLAIN}null"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(f"{_PLAIN}bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    f"{_PLAIN}int", re.compile(r"^[-+]?(?:0|[1-9][0-9]{0,15})$"), list("-+0123456789")
)


def _resolved(word: str) -> str:
    """Give the tag that a plain word has by itself."""
    resolvers = _Loader.yaml_implicit_resolvers.get(word[:1], [])
    return next((tag for tag, pattern in resolvers if pattern.match(word)), f"{_PLAIN}str")


@dataclass(frozen=True)
class Source:
    """One file's data with the line of every key path.

    Attributes:
        file: The path as problems name it.
        data: Mappings, lists, text, whole numbers, booleans and null; dates are text.
        lines: 1-based line of each key path, a tuple of keys and indexes.
    """

    file: str
    data: Any
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)

    def line(self, path: Sequence[str | int]) -> int | None:
        """Find the line of a key path, or of the nearest enclosing one."""
        key = tuple(path)
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key)

    def problem(
        self, path: Sequence[str | int], got: object, allowed: str, next: str = ""
    ) -> Problem:
        """Describe a fault at a key path of this file."""
        dotted = ".".join(str(part) for part in path)
        return Problem(self.file, self.line(path), dotted, shown(got), allowed, next)


def shown(value: object) -> str:
    """Put a value into an error message: short, on one line, without control characters."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(char if char.isprintable() else "?" for char in text)
    return text if len(text) <= 80 else f"{text[:77]}..."


def read(path: Path, name: str | None = None) -> Source:
    """Read one YAML file.

    Raises:
        ContentError: Not readable, not UTF-8, not YAML, over 4 MiB, uses anchors, or repeats a key.
    """
    name = name or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ContentError(
            [Problem(name, None, "", error.strerror or "an error", "a readable file")]
        ) from error
    return parse(raw, name)


def parse(raw: bytes, name: str) -> Source:
    """Read YAML from bytes; see `read`."""
    if len(raw) > _MAX_BYTES:
        raise ContentError(
            [Problem(name, None, "", f"{len(raw)} bytes", f"at most {_MAX_BYTES} bytes")]
        )
    try:
        text = raw.decode("utf-8")
        node = yaml.compose(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ContentError(
            [Problem(name, line, "", "bytes that are not UTF-8", "UTF-8 text")]
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        got = getattr(error, "problem", None) or "text nested too deeply"
        place = mark.line + 1 if mark else None
        raise ContentError([Problem(name, place, "", shown(got), "valid YAML")]) from error
    lines: dict[tuple[str | int, ...], int] = {}
    problems: list[Problem] = []
    data = _build(node, (), lines, problems, name, set()) if node else None
    if problems:
        raise ContentError(problems)
    return Source(name, data, lines)


def _build(
    node: yaml.Node,
    path: tuple[str | int, ...],
    lines: dict[tuple[str | int, ...], int],
    problems: list[Problem],
    name: str,
    seen: set[int],
) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    dotted = ".".join(str(part) for part in path)
    if id(node) in seen:
        problems.append(
            Problem(name, line, dotted, "an alias (*name)", "the value itself, written out")
        )
        return None
    seen.add(id(node))
    if len(path) > _DEEPEST:
        problems.append(
            Problem(name, line, "", "text nested too deeply", f"at most {_DEEPEST} levels")
        )
        return None
    if not isinstance(node, yaml.ScalarNode) and node.tag not in _COLLECTIONS:
        problems.append(Problem(name, line, dotted, f"the tag {shown(node.tag)}", "plain YAML"))
        return None
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            here = key_node.start_mark.line + 1
            if not isinstance(key, str):
                problems.append(
                    Problem(name, here, dotted, "a key that is not text", "a plain word")
                )
                continue
            if key in result:
                where = f"{dotted}.{key}" if dotted else key
                problems.append(Problem(name, here, where, "the same key twice", "each key once"))
                continue
            lines[(*path, key)] = here
            result[key] = _build(value_node, (*path, key), lines, problems, name, seen)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(item, (*path, index), lines, problems, name, seen)
            for index, item in enumerate(node.value)
        ]
    return _scalar(node, dotted, problems, name)


def _scalar(node: yaml.Node, dotted: str, problems: list[Problem], name: str) -> Any:
    kind = node.tag.removeprefix(_PLAIN)
    if kind == "str":
        return node.value
    # A tag that is written out (`!!int x`) is obeyed only where it says what the word is anyway.
    if node.tag == _resolved(node.value):
        return (
            None if kind == "null" else node.value == "true" if kind == "bool" else int(node.value)
        )
    problems.append(
        Problem(name, node.start_mark.line + 1, dotted, f"the tag {shown(node.tag)}", "plain YAML")
    )
    return None


def validate(source: Source, model: type[M]) -> M:
    """Check a source against a pydantic model (``extra="forbid"``), every problem at once.

    Raises:
        ContentError: With one problem per fault, each with line, key path, what was got and what is allowed.
    """
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        raise ContentError(list(_problems(source, model, error))) from error


def _problems(source: Source, model: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    for item in error.errors(include_url=False):
        path = item["loc"]
        if item["type"] == "missing":
            yield source.problem(path, "nothing", "this key is required")
        elif item["type"] == "extra_forbidden":
            yield source.problem(
                path, f"the unknown key {path[-1]}", f"{_allowed_keys(model, path)}"
            )
        else:
            yield source.problem(
                path, item["input"], item["msg"].removeprefix("Value error, ").lower()
            )


def _allowed_keys(model: type[BaseModel], path: Sequence[str | int]) -> str:
    current: Any = model
    for part in path[:-1]:
        if isinstance(part, int):
            continue
        info = getattr(current, "model_fields", {}).get(part)
        current = _inner_model(info.annotation) if info else None
    fields = getattr(current, "model_fields", None)
    if not fields:
        return "no such key here"
    return "one of " + ", ".join(info.alias or name for name, info in fields.items())


def _inner_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None
