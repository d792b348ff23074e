"""Acting on systems outside: recipes say how; connectors plan, act once and look."""

from breachbook.connectors.contract import Call, Connector, Description, Outcome, Plan
from breachbook.connectors.recipe import Recipe
from breachbook.connectors.recipes import load_recipe, load_recipes
from breachbook.connectors.registry import ConnectorKind, Surroundings, connector

__all__ = [
    "Call",
    "Connector",
    "ConnectorKind",
    "Description",
    "Outcome",
    "Plan",
    "Recipe",
    "Surroundings",
    "connector",
    "load_recipe",
    "load_recipes",
]
