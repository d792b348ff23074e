"""Reading the recipes of a workspace, each whole, with every problem at once."""

from pathlib import Path

from breachbook.connectors.recipe import Recipe, misnamed
from breachbook.connectors.registry import kind_of, unknown
from breachbook.errors import ContentError, Problem
from breachbook.source import read, validate

__all__ = ["Recipe", "load_recipe", "load_recipes"]


def load_recipes(folder: Path) -> dict[str, Recipe]:
    """Read every recipe of a workspace, by id; a folder that is not there holds none.

    Raises:
        ContentError: With every problem of every file.
    """
    recipes: dict[str, Recipe] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            recipe = load_recipe(path)
        except ContentError as error:
            problems.extend(error.problems)
        else:
            recipes[recipe.id] = recipe
    if problems:
        raise ContentError(problems)
    return recipes


def load_recipe(path: Path) -> Recipe:
    """Read and check one recipe.

    Raises:
        ContentError: With every problem of the file.
    """
    source = read(path, f"recipes/{path.name}")
    named = source.data.get("connector") if isinstance(source.data, dict) else None
    kind = kind_of(named) if isinstance(named, str) else None
    if named is not None and kind is None:
        raise ContentError([unknown(source, named)])
    recipe = validate(source, kind.recipe if kind else Recipe)
    problems = [*recipe.lint(source), *misnamed(recipe, source, path)]
    if problems:
        raise ContentError(problems)
    return recipe
