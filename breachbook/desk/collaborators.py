"""What the desk needs from the rest, handed in by whoever starts it; each app gets the least."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, TypedDict

from breachbook.desk.handing_in import HandingIn
from breachbook.desk.matters import Matters
from breachbook.slack.client import SlackClient

Decision = Literal["approve", "reject", "request-changes"]


class Outcome(Protocol):
    """What became of a decision.

    ``recorded``: durably in the journal. ``repeated``: it was there already; nobody is told.
    ``refused``: `text` says why, to the person alone.
    """

    @property
    def outcome(self) -> Literal["recorded", "repeated", "refused"]:
        """One of the three."""
        ...

    @property
    def code(self) -> str:
        """Closed vocabulary, for logs."""
        ...

    @property
    def text(self) -> str:
        """For the person."""
        ...


class Decide(Protocol):
    """Records a decision; a few milliseconds; may be called from several threads at once."""

    def __call__(
        self,
        request_id: str,
        *,
        person: str,
        decision: Decision,
        comment: str | None,
        method: Literal["slack"],
        subject16: str,
        received_at: datetime,
        confirmed: str | None = None,
    ) -> Outcome:
        """Judge and record; the key is (request, person, decision), so repeating has no effect.

        Args:
            confirmed: The matter's number as the person typed it, for a request of high risk.

        Raises:
            BreachbookError: It could not be recorded; nothing changed.
        """
        ...


class People(Protocol):
    """Who is who."""

    def by_slack(self, team_id: str, user_id: str) -> str | None:
        """Person id pinned to this Slack identity, or None."""
        ...


class Security(Protocol):
    """Counts what was turned away; keeps no content of it."""

    def count(self, reason: str) -> None:
        """Count one request under a word of a closed vocabulary, see `verify.REASONS`."""
        ...


class Replace(Protocol):
    """Takes an edited file in the place of the document a request is about."""

    def __call__(self, matter: str, request: str, person: str, data: bytes, name: str) -> str:
        """Record the new version, or not; gives what to tell the person.

        Raises:
            BreachbookError: It was not taken; nothing changed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Collaborators:
    """What Slack's public endpoint needs.

    Attributes:
        signing_secrets: Asked at every request, so that a rotated secret works at once and
            pending approvals survive it; old and new may both be given for a while.
        slack: For forms and for answers only the person sees.
        now: Aware; our receipt time, by which expiry is judged.
        matters: Reports, delegation, break-glass, holds and deadlines; None: only approvals.
        home: Person id to their Home tab, a view; None: it stays empty.
        replace: None: a file in the thread of a card is left alone.
        inbox: Folder in which what could not be finished before its acknowledgement waits for the
            next start; None: it is lost with the process.
        app_token: With it the desk listens in Socket Mode too; appears nowhere.
        acknowledge_within_seconds: After this a request is acknowledged whatever `decide` does;
            0.5 s is promised, and Slack shows an error after 3 s.
    """

    signing_secrets: Callable[[], Sequence[str]]
    decide: Decide
    people: People
    security: Security
    slack: SlackClient
    now: Callable[[], datetime]
    matters: Matters | None = None
    home: Callable[[str], Mapping[str, object]] | None = None
    replace: Replace | None = None
    inbox: Path | None = None
    app_token: str = field(default="", repr=False)
    acknowledge_within_seconds: float = 0.35


@dataclass(frozen=True, slots=True)
class Calendars:
    """What the calendar feeds need.

    Attributes:
        feed: Token to the feed as its reader may see it now; None when there is none for it. May be
            called from several threads at once; raises `BreachbookError` when it cannot be read.
    """

    feed: Callable[[str], bytes | None]
    security: Security


class MatterRow(TypedDict):
    """One line of the list of matters; dates are text to be read; `next_deadline` may be empty."""

    id: str
    title: str
    state: str
    example: bool
    opened_on: str
    next_deadline: str
    next_deadline_on: str
    open_approvals: int
    overdue: int


class StepRow(TypedDict):
    """A step; `waits_for` says in words what is missing, empty when nothing is."""

    id: str
    title: str
    state: str
    waits_for: str


class DeadlineRow(TypedDict):
    """A deadline: `safe` and `legal` as text; `note` such as "provisional" or "overdue"."""

    title: str
    safe: str
    legal: str
    rule: str
    authority: str
    note: str
    overdue: bool


class ApprovalRow(TypedDict):
    """An approval request and what it still needs."""

    id: str
    title: str
    status: str
    still_needed: str
    expires: str


class MatterPage(TypedDict):
    """All that the page of one matter shows."""

    id: str
    title: str
    state: str
    example: bool
    opened_on: str
    steps: Sequence[StepRow]
    deadlines: Sequence[DeadlineRow]
    approvals: Sequence[ApprovalRow]
    may_hand_in: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """What the private pages need; both functions show a person only what they may see.

    Attributes:
        links: Folder (0700) of one-time links, shared with the command line; see `links`.
        matters: Person id to the matters they are in.
        matter: Person id and matter id to its page; None when there is none for them.
        handing_in: Takes files as evidence; None: no page offers it.
        hosts: Names a browser may reach the desk by.
    """

    links: Path
    matters: Callable[[str], Sequence[MatterRow]]
    matter: Callable[[str, str], MatterPage | None]
    now: Callable[[], datetime]
    handing_in: HandingIn | None = None
    hosts: Sequence[str] = ("127.0.0.1", "localhost")
