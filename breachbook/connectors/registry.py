"""The connectors there are: ours, and those that installed packages add."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from breachbook.connectors.contract import Connector
from breachbook.connectors.recipe import HttpRecipe, PersonRecipe, Recipe
from breachbook.errors import ContentError, Problem
from breachbook.source import Source

GROUP = "breachbook.connectors"


@dataclass(frozen=True)
class Surroundings:
    """What a connector is given beside its recipe.

    Attributes:
        example: The workspace is an example: only addresses on the loopback are allowed.
        environment: Where ``env:NAME`` is looked up, at each call.
    """

    example: bool
    environment: Mapping[str, str]


@dataclass(frozen=True)
class ConnectorKind:
    """One kind of connector; an installed package offers one per entry point of `GROUP`.

    Attributes:
        recipe: The model of its recipes, whose ``connector`` is the entry point's name.
        make: Makes the connector for one recipe.
    """

    recipe: type[Recipe]
    make: Callable[[Any, Surroundings], Connector]


def _http(recipe: HttpRecipe, surroundings: Surroundings) -> Connector:
    # httpx is slow to import, and most commands only read recipes.
    from breachbook.connectors.http import HttpConnector

    return HttpConnector(recipe, surroundings)


def _person(recipe: PersonRecipe, _: Surroundings) -> Connector:
    from breachbook.connectors.person import PersonConnector

    return PersonConnector(recipe)


_OURS = {"http": ConnectorKind(HttpRecipe, _http), "person": ConnectorKind(PersonRecipe, _person)}


def kind_of(name: str) -> ConnectorKind | None:
    """Find a kind of connector: ours, which nothing can replace, else an installed package's."""
    if name in _OURS:
        return _OURS[name]
    for entry in entry_points(group=GROUP, name=name):
        loaded = entry.load()
        if isinstance(loaded, ConnectorKind):
            return loaded
    return None


def connector(
    recipe: Recipe, *, example: bool, environment: Mapping[str, str] | None = None
) -> Connector:
    """Make the connector that carries out a recipe.

    Args:
        recipe: As `recipes.load_recipes` gives it.
        example: The matter is an example's: only the loopback may be reached.
        environment: Where ``env:NAME`` is looked up; the process's own unless given.
    """
    kind = kind_of(recipe.connector)
    if kind is None:
        raise ContentError([unknown(Source(f"recipes/{recipe.id}.yaml", {}), recipe.connector)])
    return kind.make(
        recipe, Surroundings(example, os.environ if environment is None else environment)
    )


def unknown(source: Source, name: object) -> Problem:
    """Say that there is no connector of that name, and which there are."""
    names = sorted({*_OURS, *(entry.name for entry in entry_points(group=GROUP))})
    return source.problem(("connector",), name, "one of " + ", ".join(names))
