"""House rules that no linter knows, checked over the tracked files."""

import ast
import re
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from breachbook import content, source
from breachbook.cli import COMMANDS, evidence, hold

ROOT = Path(__file__).resolve().parent.parent
MAX_FILE, MAX_FUNCTION = 500, 50
VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "service",
    "services",
}

# Put together here, so that this file does not hold what it looks for.
MACHINE = "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me"])
PLACES = re.compile(
    rf"(?<![\w./:$-])/(?:{MACHINE})/[\w.-]+"
    r"|--(?:extra-)?index-" + r"url\b|--find-" + r"links\b"
    r"|\b(?:test\.)?py" + r"pi\.org|python" + r"hosted\.org|registry\.np" + r"mjs"
)


def tracked(suffix: str = "") -> list[Path]:
    """List the tracked files that are there, by suffix."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in listed.stdout.decode().split("\0") if name.endswith(suffix)]
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def shown(path: Path) -> str:
    """Name a file as a reader of the repository would."""
    return path.relative_to(ROOT).as_posix()


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring, which for a command is its help."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    return lines - len((ast.get_docstring(function, clean=False) or "").splitlines())


def law_rules() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each rule of each procedure with its place."""
    for path in sorted((ROOT / "breachbook" / "law").glob("*/*.yaml")):
        data = source.read(path, shown(path)).data
        for rule in data.get("rules", []) if isinstance(data, dict) else []:
            yield f"{shown(path)}: {rule.get('id')}", rule


def test_every_rule_of_law_has_an_authority_and_the_day_it_was_read() -> None:
    """A rule without a pinpoint, its sense and the day one of us read it is no rule."""
    wanting = [
        place
        for place, rule in law_rules()
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(rule.get("checked_on")))
        or not {"title", "locator", "says"} <= set(rule.get("authority") or {})
    ]

    assert wanting == []
    assert len(list(law_rules())) >= 12


def test_no_flow_hides_a_module() -> None:
    """Prefect puts the flows' folder first on the import path, so no stem may name a module."""
    stems = [path.stem for path in content.shipped("flows").glob("[!_]*.py")]

    assert stems
    assert [stem for stem in stems if find_spec(stem) is not None] == []


def test_no_file_is_too_long() -> None:
    """A file of more than 500 lines is two files."""
    lengths = {shown(path): len(path.read_text("utf-8").splitlines()) for path in tracked(".py")}

    assert {name: length for name, length in lengths.items() if length > MAX_FILE} == {}


def test_no_function_is_too_long() -> None:
    """A function of more than 50 lines, its docstring aside, is two functions."""
    long = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in tracked(".py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > MAX_FUNCTION
    ]

    assert long == []


def test_modules_are_nouns_of_the_field() -> None:
    """A module called after nothing in particular gathers everything."""
    names = [path for path in tracked(".py") if {path.stem, path.parent.name} & VAGUE]

    assert [shown(path) for path in names] == []


def test_no_file_names_a_package_index_or_a_place_of_one_machine() -> None:
    """What is written here holds on every machine."""
    found = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{shown(path)}: {match[0]}" for match in PLACES.finditer(text)]

    assert found == []


def test_every_command_is_in_the_readme() -> None:
    """A command that the README does not tell about does not exist for its users."""
    readme = (ROOT / "README.md").read_text("utf-8")
    names = [name for commands in COMMANDS.values() for name in commands]
    names += [f"evidence {verb}" for verb in evidence.VERBS]
    names += [f"hold {verb}" for verb in hold.VERBS]

    assert len(names) > 20
    assert [name for name in names if not re.search(rf"(?:breachbook |`){name}\b", readme)] == []


@pytest.mark.parametrize("name", ["flows", "playbooks", "notices", "examples"])
def test_package_leaves_the_names_of_the_outside_folders_free(name: str) -> None:
    """In the checkout the package has no folder where the wheel puts an outside one."""
    inside = ROOT / "breachbook" / name

    assert not inside.exists()
    assert content.shipped("flows").parent == ROOT
