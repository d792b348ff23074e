"""A playbook: what is done when a secret leaks, as data that a lawyer can read. See `lint` for what is refused."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from breachbook.people import Duration, Id, Role, Strict

VECTORS = ("supplier", "employee", "competitor", "cyber", "publication", "lost-device", "other")
Vector = Literal[
    "supplier", "employee", "competitor", "cyber", "publication", "lost-device", "other"
]
Place = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,47}$")]


class Question(Strict):
    """One thing a person is asked; an answer in ``clearing`` opens the gate named in ``clears``."""

    id: Word
    ask: str
    type: Literal["yes-no", "choice", "text", "date", "instant"]
    options: list[Id] = []
    clears: Literal["ex-parte-relief"] | None = None
    clearing: list[Id] = []
    records: Id | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _fits(self) -> "Question":
        if (self.type == "choice") != bool(self.options):
            raise ValueError("options belong to, and are required by, type: choice")
        if bool(self.clears) != bool(self.clearing) or set(self.clearing) - set(self.allowed):
            raise ValueError(
                "clears and clearing go together, and clearing names options of this question"
            )
        if self.records and self.type not in ("date", "instant"):
            raise ValueError("records needs type: date or instant")
        return self

    @property
    def allowed(self) -> tuple[str, ...]:
        """List the answers of a closed question; empty for an open one."""
        return ("yes", "no") if self.type == "yes-no" else tuple(self.options)


class Stage(Strict):
    """One stage of an approval: ``quorum`` people of the roles, or one of each role of ``all_of``."""

    from_: list[Role] = Field(alias="from", default=[])
    quorum: Annotated[int, Field(ge=1, le=9)] = 1
    all_of: list[Role] = []

    @model_validator(mode="after")
    def _one_way(self) -> "Stage":
        if bool(self.from_) == bool(self.all_of):
            raise ValueError("either from (roles, with a quorum) or all_of (one of each role)")
        if self.all_of and self.quorum != 1:
            raise ValueError("a quorum belongs to from, not to all_of")
        return self

    @property
    def roles(self) -> list[Role]:
        """List the roles that are asked."""
        return self.from_ or self.all_of


class Delegate(Strict):
    """Whether a person asked may let somebody else decide in their place, who, and how long."""

    to: list[Role] = Field(min_length=1)
    at_most: Duration = "3 days"


class Approve(Strict):
    """Who must approve the step's subject before it has an outward effect; the default answer is no.

    Either ``from`` with a quorum, ``all_of``, or ``stages`` that follow one another.
    """

    from_: list[Role] = Field(alias="from", default=[])
    quorum: Annotated[int, Field(ge=1, le=9)] = 1
    all_of: list[Role] = []
    stages: list[Stage] = []
    high_risk: bool = False
    urgent: bool = False
    delegate: Delegate | None = None
    break_glass: list[Role] = []
    exclude: list[Literal["author", "reporter"]] = ["author", "reporter"]
    expires: Duration
    on_expiry: Literal["refuse", "escalate", "hold"] = "refuse"
    escalate_to: list[Role] = []
    valid_for: Duration = "5 days"

    @model_validator(mode="after")
    def _fits(self) -> "Approve":
        if (self.on_expiry == "escalate") != bool(self.escalate_to):
            raise ValueError("escalate_to belongs to, and is required by, on_expiry: escalate")
        if sum(map(bool, (self.from_, self.all_of, self.stages))) != 1:
            raise ValueError("one of from, all_of and stages")
        if self.quorum != 1 and not self.from_:
            raise ValueError("a quorum belongs to from, or to a stage")
        return self

    @property
    def in_order(self) -> list[Stage]:
        """List the stages; a policy without any is one stage."""
        if self.stages:
            return self.stages
        return [_stage(self.from_, self.quorum, self.all_of)]

    @property
    def escalated(self) -> list[Stage]:
        """List the stages of a request that was escalated: those it is escalated to."""
        return [_stage(self.escalate_to, self.quorum)]

    def roles(self) -> Iterator[Role]:
        """Give every role that may be asked to decide, delegated to, or break the glass."""
        for stage in self.in_order:
            yield from stage.roles
        yield from self.escalate_to
        yield from self.break_glass
        if self.delegate:
            yield from self.delegate.to


def _stage(roles: list[Role], quorum: int, all_of: list[Role] | None = None) -> Stage:
    return Stage.model_validate({"from": roles, "quorum": quorum, "all_of": all_of or []})


class Serve(Strict):
    """How a notice leaves: ``slack`` delivers it to people of the matter; the others are a person's act."""

    method: Literal["courier", "registered-mail", "personal", "e-mail", "slack"]
    by: list[Role] = []
    to: list[Role] = []

    @model_validator(mode="after")
    def _fits(self) -> "Serve":
        if (self.method == "slack") != bool(self.to) or (self.method == "slack") == bool(self.by):
            raise ValueError(
                "slack needs to (roles who receive it); every other method needs by (roles who serve it)"
            )
        return self


class When(Strict):
    """All keys must match; a list means any of its values."""

    vector: list[Vector] | Vector | None = None
    places: list[Place] | Place | None = None
    target_place: list[Place] | Place | None = None
    target_role: list[Id] | Id | None = None
    answers: dict[str, list[Id] | Id] = {}


class Step(Strict):
    """One step; which of the keys below the line of ``approve`` are allowed depends on ``kind``."""

    id: Id
    kind: Literal["ask", "assign", "contain", "preserve", "hold", "notice", "docket"]
    title: str
    why: str = ""
    undo: str = ""
    when: When = When()
    after: list[Id] = []
    each: Literal["holder", "account", "custodian", "source"] | None = None
    who: list[Role] = []
    within: Duration | None = None
    approve: Approve | None = None
    questions: list[Question] = []
    instructions: str = ""
    proof: bool = False
    interlock: Literal["hold"] | None = None
    recipe: Id | None = None
    target_notices: bool = True
    alters_evidence: bool = True
    notice: Id | None = None
    serve: Serve | None = None
    reply_within: Duration | None = None
    dockets: list[Id] = []
    crosses: list[Literal["export", "serve", "collect"]] = []

    @model_validator(mode="after")
    def _fits(self) -> "Step":
        allowed, required = _KEYS[self.kind]
        given = self.model_fields_set - _COMMON
        if extra := given - allowed:
            raise ValueError(f"keys that kind: {self.kind} allows; not {', '.join(sorted(extra))}")
        if missing := required - given:
            raise ValueError(f"kind: {self.kind} with {', '.join(sorted(missing))}")
        return self

    @property
    def outward(self) -> bool:
        """Say whether the step tells somebody outside, or lets the target notice."""
        if self.kind == "notice":
            return self.serve is not None and self.serve.method != "slack"
        return self.kind == "contain" and self.target_notices

    @property
    def acts(self) -> tuple[str, ...]:
        """Name the pieces of work of one instance, in order."""
        return _ACTS[self.kind]

    @property
    def gated_act(self) -> str:
        """Name the act that an approval stands before."""
        return self.acts[-1]

    def roles(self) -> Iterator[str]:
        """Name every role the step mentions."""
        yield from self.who
        if self.approve:
            yield from self.approve.roles()
        if self.serve:
            yield from (*self.serve.by, *self.serve.to)


_COMMON = {"id", "kind", "title", "why", "undo", "when", "after", "within", "crosses"}
_KEYS: Mapping[str, tuple[set[str], set[str]]] = {
    "ask": ({"who", "questions"}, {"who", "questions"}),
    "assign": ({"who", "instructions", "proof", "each", "interlock"}, {"who", "instructions"}),
    "contain": (
        {"each", "who", "recipe", "approve", "target_notices", "alters_evidence"},
        {"approve"},
    ),
    "preserve": ({"each", "who"}, {"each"}),
    "hold": ({"each", "notice", "approve", "reply_within"}, {"each", "notice"}),
    "notice": ({"each", "notice", "approve", "serve", "reply_within"}, {"notice", "serve"}),
    "docket": ({"dockets"}, {"dockets"}),
}
_ACTS: Mapping[str, tuple[str, ...]] = {
    "ask": ("answer",),
    "assign": ("do",),
    "contain": ("plan", "execute"),
    "preserve": ("acquire",),
    "hold": ("draft", "issue"),
    "notice": ("draft", "serve"),
    "docket": ("adopt",),
}


class Playbook(Strict):
    """A whole playbook file."""

    id: Id
    title: str
    version: Annotated[int, Field(ge=1)]
    summary: str = ""
    steps: list[Step] = Field(min_length=1)

    def step(self, step: str) -> Step:
        """Give a step by id.

        Raises:
            KeyError: No such step.
        """
        for item in self.steps:
            if item.id == step:
                return item
        raise KeyError(step)

    def upstream(self, step: str) -> set[str]:
        """Name every step that is done before this one, however far back."""
        after = {item.id: item.after for item in self.steps}
        found: set[str] = set()
        queue = list(after.get(step, ()))
        while queue:
            current = queue.pop()
            if current not in found:
                found.add(current)
                queue.extend(after.get(current, ()))
        return found
