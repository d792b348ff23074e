"""Who does an act by hand, by their roles; and what Breachbook does itself."""

from breachbook.agenda import Reference, Row
from breachbook.ladder import ESCALATION
from breachbook.playbook import Step

PERSON_KINDS = frozenset({"ask", "assign"})
CONTAINERS = ("it-administrator", "security-responder")
# Who may collect evidence: those who contain and preserve, and counsel who direct them.
COLLECTORS = ("security-responder", "it-administrator", *ESCALATION)
# Who may handle exhibits, and who may destroy them.
HANDLERS = (*COLLECTORS, "docketing-clerk")
DESTROYERS = (*ESCALATION, "security-responder")


def recipe_of(step: Step, target: str, reference: Reference) -> Row:
    """Give what is known of the recipe that contains a target; empty when there is none."""
    name = step.recipe or reference.accounts.get(target, {}).get("recipe", "")
    return reference.recipes.get(name, {})


def doers(step: Step, target: str, act: str, reference: Reference) -> tuple[str, ...]:
    """Name the roles that do an act by hand and record it; empty when Breachbook does it."""
    if step.kind in PERSON_KINDS:
        return tuple(step.who)
    if act == "serve" and step.serve is not None:
        return tuple(step.serve.by)
    if act == "execute" and recipe_of(step, target, reference).get("by_person"):
        return tuple(step.who) or CONTAINERS
    return ()
