"""The values of one call that a recipe's templates may name."""

from breachbook.connectors.contract import Call
from breachbook.connectors.recipe import Recipe
from breachbook.errors import ContentError, Problem
from breachbook.source import shown


def values_of(recipe: Recipe, call: Call) -> dict[str, str]:
    """Collect the standard values and the declared parameters; ``key`` is not among them.

    Raises:
        ContentError: A declared parameter is missing, or a value could not stand in an address.
    """
    values = {name: call.parameters[name] for name in recipe.parameters if name in call.parameters}
    values |= {"matter": call.matter, "step": call.step, "target": call.target}
    values["round"] = str(call.round)
    problems = [
        _problem(recipe, name, "nothing", "the account's parameters in accounts.yaml name it")
        for name in recipe.parameters
        if name not in values
    ]
    # "." and ".." survive percent-encoding and would change which path is called.
    problems += [
        _problem(recipe, name, shown(value), "text that is not empty, a dot or two dots")
        for name, value in values.items()
        if value in {"", ".", ".."}
    ]
    if problems:
        raise ContentError(problems)
    return values


def _problem(recipe: Recipe, name: str, got: str, allowed: str) -> Problem:
    return Problem(f"recipes/{recipe.id}.yaml", None, f"parameters.{name}", got, allowed)
