"""Recipes are checked whole: every problem with its line."""

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Literal

import pytest

from breachbook.connectors import (
    Call,
    ConnectorKind,
    Recipe,
    connector,
    load_recipe,
    load_recipes,
    registry,
)
from breachbook.connectors.person import PersonConnector
from breachbook.errors import ContentError

GOOD = """\
id: good
title: Suspend an account
connector: http
target_notices: true
alters_evidence: false
address: https://portal.example
do: {path: "/suspend/{target}"}
"""


def problems(folder: Path, text: str) -> str:
    """Load a recipe that must be refused, and give what is said."""
    path = folder / "good.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ContentError) as caught:
        load_recipe(path)
    return str(caught.value)


def test_load_recipes_gives_each_by_id(tmp_path: Path) -> None:
    """Each file is one recipe, named after its id; no folder means no recipes."""
    (tmp_path / "good.yaml").write_text(GOOD, "utf-8")

    assert list(load_recipes(tmp_path)) == ["good"]
    assert load_recipes(tmp_path / "nowhere") == {}


def test_load_recipes_tells_the_problems_of_every_file(tmp_path: Path) -> None:
    """One bad file does not hide another."""
    (tmp_path / "one.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "two.yaml").write_text(GOOD.replace("title:", "titel:"), "utf-8")

    with pytest.raises(ContentError) as caught:
        load_recipes(tmp_path)

    assert {problem.file for problem in caught.value.problems} == {
        "recipes/one.yaml",
        "recipes/two.yaml",
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("http\n", "ftp\n", r"good.yaml:3: connector: got ftp; allowed: one of http, person"),
        ("{target}", "{account}", r"good.yaml:7: do: got {account}; allowed: one of {key}"),
        ("id: good", "id: other", r"good.yaml:1: id: got other; allowed: good"),
        (
            "address:",
            "headers: {X-Token: abc}\naddress:",
            "got a secret written out; allowed: env:NAME",
        ),
        ("address:", "headers: {host: a}\naddress:", "not set by breachbook"),
        ("address:", "headers: {Accept: 'a{target}'}\naddress:", "printable ASCII without"),
        ("https://portal.example", "portal", "address: got portal"),
        ("/suspend/", "suspend/", "do.path: got suspend/"),
        ("do:", "check: {path: /a, field: b}\ndo:", "check.equals: got nothing"),
        ("target_notices: true", "target_notices: 'yes'", "target_notices: got yes"),
        ("title: ", "surprise: 1\ntitle: ", "the unknown key surprise; allowed: one of id, title"),
        (GOOD, "- one\n", "got"),
        (GOOD, "id: good\n", "connector: got nothing"),
    ],
)
def test_load_recipe_refuses(tmp_path: Path, old: str, new: str, message: str) -> None:
    """A mistake is named with file, line, key, what was got and what is allowed."""
    assert message in problems(tmp_path, GOOD.replace(old, new))


def test_secret_written_out_is_not_repeated(tmp_path: Path) -> None:
    """The message about a secret does not hold the secret."""
    text = GOOD.replace("address:", "headers: {Authorization: Bearer hunter2}\naddress:")

    assert "hunter2" not in problems(tmp_path, text)


class FaxRecipe(Recipe):
    """A recipe of an installed package."""

    connector: Literal["fax"]


FAX = ConnectorKind(FaxRecipe, lambda recipe, _: PersonConnector(recipe))


def test_installed_package_adds_a_connector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry point of the group adds a kind with its own recipe; ours cannot be replaced."""
    offered = [
        EntryPoint(name, "tests.test_connectors_recipes:FAX", registry.GROUP)
        for name in ("fax", "http")
    ]
    monkeypatch.setattr(registry, "entry_points", lambda **by: EntryPoints(offered).select(**by))
    lines = GOOD.splitlines()[:5]
    (tmp_path / "good.yaml").write_text("\n".join(lines).replace("http", "fax"), "utf-8")

    recipe = load_recipe(tmp_path / "good.yaml")
    made = connector(recipe, example=True, environment={})

    assert type(recipe).__name__ == "FaxRecipe"
    assert made.execute(Call("LEAK-2026-0001", "s", "t", 1), "k").effect == "unknown"
    assert registry.kind_of("http") is not FAX


def test_recipe_data_follows_every_change(tmp_path: Path) -> None:
    """What the approval rests on changes with the recipe."""
    path = tmp_path / "good.yaml"
    path.write_text(GOOD, "utf-8")
    before = load_recipe(path).as_data()
    path.write_text(GOOD.replace("/suspend/", "/delete/"), "utf-8")

    assert load_recipe(path).as_data() != before
