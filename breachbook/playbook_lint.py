"""What makes a playbook refused, beyond its shape: references, order, reach, and preservation before containment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from breachbook.errors import ContentError, Problem
from breachbook.playbook import VECTORS, Playbook, Step
from breachbook.source import Source, validate

Path = tuple[str | int, ...]

# What one instance of a kind is about: its act reads the row of that name.
_EACH = {"preserve": "source", "hold": "custodian", "contain": "account"}


@dataclass(frozen=True)
class Known:
    """What a playbook may refer to.

    Attributes:
        notices: Notice id to its audience, ``outward`` or ``internal``.
        recipes: Recipe ids of the workspace, or None when there is no workspace to check against.
        roles: Roles that somebody in the workspace holds, or None.
    """

    notices: Mapping[str, str] = field(default_factory=dict)
    dockets: frozenset[str] = frozenset()
    triggers: frozenset[str] = frozenset()
    recipes: frozenset[str] | None = None
    roles: frozenset[str] | None = None


def load(source: Source, known: Known) -> Playbook:
    """Read and check a playbook.

    Raises:
        ContentError: With every problem found, each with its line.
    """
    playbook = validate(source, Playbook)
    problems = list(lint(source, playbook, known))
    if problems:
        raise ContentError(problems)
    return playbook


def lint(source: Source, playbook: Playbook, known: Known) -> Iterator[Problem]:
    """Name every fault of a playbook whose shape is right."""
    yield from _ids(source, playbook)
    cycle = _cycle(playbook)
    if cycle:
        index = next(i for i, step in enumerate(playbook.steps) if step.id == cycle[0])
        yield source.problem(
            ("steps", index, "after"), "a cycle: " + " -> ".join(cycle), "steps that can be put in an order",
            "remove one of these after entries",
        )  # fmt: skip
    for index, step in enumerate(playbook.steps):
        at: Path = ("steps", index)
        yield from _references(source, at, step, known)
        yield from _targets(source, at, step)
        yield from _reach(source, at, step, playbook)
        if not cycle:
            yield from _order(source, at, step, playbook)


def _ids(source: Source, playbook: Playbook) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, step in enumerate(playbook.steps):
        if step.id in seen:
            yield source.problem(("steps", index, "id"), f"{step.id} twice", "each step id once")
        seen.add(step.id)
        questions: set[str] = set()
        for number, question in enumerate(step.questions):
            if question.id in questions:
                yield source.problem(
                    ("steps", index, "questions", number, "id"),
                    f"{question.id} twice",
                    "each question id once",
                )
            questions.add(question.id)
    for index, step in enumerate(playbook.steps):
        for number, other in enumerate(step.after):
            if other not in seen:
                yield source.problem(
                    ("steps", index, "after", number), f"the unknown step {other}",
                    "a step of this playbook: " + ", ".join(sorted(seen)),
                )  # fmt: skip


def _cycle(playbook: Playbook) -> list[str]:
    after = {step.id: step.after for step in playbook.steps}
    done: set[str] = set()

    def visit(step: str, path: list[str]) -> list[str]:
        if step in path:
            return [*path[path.index(step) :], step]
        if step in done:
            return []
        for other in after.get(step, ()):
            if found := visit(other, [*path, step]):
                return found
        done.add(step)
        return []

    for step in playbook.steps:
        if found := visit(step.id, []):
            return found
    return []


def _references(source: Source, at: Path, step: Step, known: Known) -> Iterator[Problem]:
    if step.notice is not None and step.notice not in known.notices:
        yield source.problem(
            (*at, "notice"),
            f"the unknown notice {step.notice}",
            "one of " + ", ".join(sorted(known.notices)),
        )
    if (
        step.notice is not None
        and known.notices.get(step.notice) == "outward"
        and not step.outward
    ):
        yield source.problem(
            (*at, "serve"),
            "an outward notice delivered inside",
            "a method of service that a person performs",
        )
    if step.recipe is not None and known.recipes is not None and step.recipe not in known.recipes:
        yield source.problem(
            (*at, "recipe"),
            f"the unknown recipe {step.recipe}",
            "a file in recipes/: " + ", ".join(sorted(known.recipes)),
        )
    for number, docket in enumerate(step.dockets):
        if docket not in known.dockets:
            yield source.problem(
                (*at, "dockets", number),
                f"the unknown docket {docket}",
                "one of " + ", ".join(sorted(known.dockets)),
            )
    for number, question in enumerate(step.questions):
        if question.records is not None and question.records not in known.triggers:
            yield source.problem(
                (*at, "questions", number, "records"), f"the unknown trigger {question.records}",
                "a trigger of law/triggers.yaml",
            )  # fmt: skip
    for role in sorted(
        set(step.roles()) - (known.roles if known.roles is not None else set(step.roles()))
    ):
        yield source.problem(
            at, f"the role {role}, which nobody holds", "a role that somebody in people.yaml holds",
            "give somebody the role, or name another",
        )  # fmt: skip


def _targets(source: Source, at: Path, step: Step) -> Iterator[Problem]:
    wanted = _EACH.get(step.kind)
    if wanted is not None and step.each not in (None, wanted):
        yield source.problem((*at, "each"), step.each, f"each: {wanted}, for kind: {step.kind}")
    if step.kind == "contain" and step.each is None and step.recipe is None:
        yield source.problem(at, "containment of nothing named", "each: account, or recipe")
    if step.interlock is not None and step.each not in ("account", "custodian"):
        yield source.problem(
            (*at, "interlock"), "an interlock with the hold of nobody named",
            "each: account or custodian, whose hold is waited for",
        )  # fmt: skip
    if step.each != "holder" and (step.when.target_place or step.when.target_role):
        yield source.problem(
            (*at, "when"), "target_place or target_role", "these with each: holder only"
        )


def _reach(source: Source, at: Path, step: Step, playbook: Playbook) -> Iterator[Problem]:
    upstream = playbook.upstream(step.id)
    for name, wanted in step.when.answers.items():
        place = (*at, "when", "answers", name)
        owner, _, question_id = name.partition(".")
        asked = next((s for s in playbook.steps if s.id == owner and s.kind == "ask"), None)
        question = (
            next((q for q in asked.questions if q.id == question_id), None) if asked else None
        )
        if question is None:
            yield source.problem(
                place, f"the unknown question {name}", "step.question of an ask step"
            )
            continue
        values = wanted if isinstance(wanted, list) else [wanted]
        if not question.allowed or not set(values) & set(question.allowed):
            yield source.problem(
                place, f"{', '.join(values)}: this step can never be reached",
                f"an answer {name} can have: {', '.join(question.allowed) or 'none, it is an open question'}",
            )  # fmt: skip
        if owner not in upstream:
            yield source.problem(
                place,
                f"an answer of {owner}, which need not be there yet",
                f"after: [{owner}, ...] on this step",
            )
    if step.when.vector == [] or step.when.places == []:
        yield source.problem(
            (*at, "when"),
            "an empty list: this step can never be reached",
            f"any of {', '.join(VECTORS)}",
        )


def _order(source: Source, at: Path, step: Step, playbook: Playbook) -> Iterator[Problem]:
    before = [
        playbook.step(other) for other in playbook.upstream(step.id) if _exists(playbook, other)
    ]
    if (
        step.kind == "contain"
        and step.alters_evidence
        and not any(item.kind == "preserve" for item in before)
    ):
        yield source.problem(
            at, "containment that may alter evidence, before preservation of its target",
            "a preserve step somewhere in after", "add the preserve step to after, or state alters_evidence: false",
        )  # fmt: skip
    if step.outward and not any(q.clears for item in before for q in item.questions):
        yield source.problem(
            at, "an outward step that no ex parte question stands before",
            "an ask step in after with a question that clears: ex-parte-relief",
        )  # fmt: skip
    if step.outward and step.approve is None:
        yield source.problem(
            at, "an outward step without approval", "approve: with roles, quorum and expiry"
        )


def _exists(playbook: Playbook, step: str) -> bool:
    return any(item.id == step for item in playbook.steps)
