"""Containment by hand: the plan is a checklist, and whoever did it records it."""

from breachbook.connectors import templates
from breachbook.connectors.contract import Call, Description, Outcome, Plan, Seen
from breachbook.connectors.recipe import PersonRecipe
from breachbook.connectors.values import values_of


class PersonConnector:
    """Somebody does it; nothing here acts or can see whether it was done."""

    def __init__(self, recipe: PersonRecipe) -> None:
        self._recipe = recipe

    def describe(self) -> Description:
        """Say that a person acts and records."""
        return Description(self._recipe.title, True, bool(self._recipe.undo))

    def plan(self, call: Call) -> Plan:
        """Write out the checklist, the proof to attach and the way back.

        Raises:
            ContentError: A parameter is missing.
        """
        recipe, values = self._recipe, values_of(self._recipe, call)
        todo = templates.fill(recipe.checklist, values)
        proof = templates.fill(recipe.proof, values)
        back = templates.fill(recipe.undo, values)
        lines = (*(f"somebody: {item}" for item in todo), f"proof to attach: {proof}")
        data = {"do": todo, "proof": proof, "undo": back, "target": call.target}
        return Plan(data, lines)

    def execute(self, call: Call, key: str) -> Outcome:
        """Say that a person has to act; nothing is done here."""
        return Outcome("unknown", "waits-for-person", "somebody does this by hand and records it")

    def verify(self, call: Call, key: str) -> Seen:
        """Say that only a person can know."""
        return "unknown"

    def undo(self, call: Call, key: str) -> Outcome:
        """Say that a person has to take it back; nothing is done here."""
        return Outcome(
            "unknown", "waits-for-person", "somebody takes this back by hand and records it"
        )
