"""Jinja2 for notices: sandboxed, strict, own folders before ours, ours also as `shipped:`."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    meta,
    nodes,
)
from jinja2.bccache import Bucket
from jinja2.exceptions import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from breachbook.documents.wording import filters
from breachbook.errors import ContentError, Problem

_TAGS = re.compile(r"\{%.*?%\}|\{#.*?#\}")


class _Recording(BaseLoader):
    """Keeps what the loader it wraps has loaded, so that a document names its templates."""

    def __init__(self, inner: BaseLoader) -> None:
        self.inner = inner
        self.sources: dict[str, str] = {}

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, file, fresh = self.inner.get_source(environment, template)
        self.sources[template] = source
        return "\n".join(map(_keep_line_end, source.splitlines())), file, fresh


class _Compiled(BytecodeCache):
    """Keeps what was compiled in this process; Jinja2 compiles anew when a source has changed."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self.kept.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


class Templates:
    """The templates of one language, found in own folders first and in the shipped folder last.

    Attributes:
        sources: Text of every template loaded so far, by name.
    """

    def __init__(self, folders: Sequence[Path], language: str) -> None:
        loaders = [FileSystemLoader(folder) for folder in folders]
        shipped = PrefixLoader({"shipped": loaders[-1]}, delimiter=":")
        recording = _Recording(ChoiceLoader([*loaders, shipped]))
        self.sources = recording.sources
        self._environment = ImmutableSandboxedEnvironment(
            loader=recording, undefined=StrictUndefined, finalize=_printable,
            trim_blocks=True, lstrip_blocks=True, autoescape=False, bytecode_cache=_Compiled(),
            optimized=False,  # else a filter's result in one language is kept for another's
        )  # fmt: skip
        self._environment.globals.clear()
        self._environment.filters = dict(filters(language)) | {
            name: self._environment.filters[name]
            for name in (
                "first",
                "last",
                "length",
                "map",
                "selectattr",
                "rejectattr",
                "sort",
                "list",
                "join",
                "unique",
            )
        }

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """Render one template to text whose values are still inert.

        Raises:
            ContentError: It is missing, does not compile, or names something it was not given.
        """
        try:
            return self._environment.get_template(name).render(context)
        except (TemplateError, ValueError, TypeError, LookupError, ArithmeticError) as error:
            raise ContentError([_problem(name, error)]) from error

    def undeclared(self, name: str) -> set[str]:
        """Name the top-level variables a template and what it extends or includes ask for.

        Raises:
            ContentError: One of them is missing or does not compile.
        """
        asked, set_here = set[str](), set[str]()
        waiting, seen = [name], set[str]()
        while waiting:
            current = waiting.pop()
            seen.add(current)
            tree = self._parsed(current)
            asked |= meta.find_undeclared_variables(tree)
            set_here |= {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
            waiting += [
                other
                for other in meta.find_referenced_templates(tree)
                if other and other not in seen
            ]
        return asked - set_here

    def _parsed(self, name: str) -> nodes.Template:
        try:
            self._environment.get_template(name)
            return self._environment.parse(self.sources[name])
        except TemplateError as error:
            raise ContentError([_problem(name, error)]) from error


def tidy(text: str) -> str:
    """Make the empty lines of a rendered template single."""
    kept: list[str] = []
    for line in text.splitlines():
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip())
    return "\n".join(kept).strip() + "\n"


def _keep_line_end(line: str) -> str:
    """Let a line of nothing but tags vanish; keep the end of one with text before its last tag."""
    mixed = line.endswith("%}") and line[-3:-2] not in "+-" and _TAGS.sub("", line).strip()
    return f"{line[:-2]}+%}}" if mixed else line


def _printable(value: object) -> object:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, StrictUndefined):
        return value  # printing it raises, with the name
    raise ValueError("prints a value that is not there, or a list or record")


def _problem(name: str, error: Exception) -> Problem:
    if isinstance(error, TemplateNotFound):
        return Problem(str(error.name), None, "", "nothing", "a template in a notice folder")
    if isinstance(error, TemplateSyntaxError):
        got = error.message or "a fault"
        return Problem(error.name or name, error.lineno, "", got, "a template that compiles")
    if isinstance(error, UndefinedError):
        allowed = "only what notice.yaml declares under uses"
        return Problem(name, None, "", str(error), allowed, "declare it, or correct the name")
    allowed = "text and whole numbers that are there"
    return Problem(name, None, "", str(error), allowed, "guard it with an if, or record it")
