"""The form in which a message is made an exhibit: of which matter, from where, and what it holds. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from breachbook.layout import COUNTRY
from breachbook.slack.blocks import Block, section
from breachbook.slack.forms import Values, entered, input_block, modal, select, text_block, words
from breachbook.workspace_files import WorksCouncil

CALLBACK = "preserve-message"
MATTER, TITLE, PLACE, HOLDS = "matter", "title", "place", "holds"
LEGAL_BASIS, WORKS_COUNCIL, AUTHORITY = "legal_basis", "works_council", "authority"
MARKS = {
    "personal_data": "personal data",
    "trade_secret": "a trade secret",
    "state_secret": "what may be a state secret",
}

_COUNCIL = [(word, word) for word in get_args(WorksCouncil)]


@dataclass(frozen=True, slots=True)
class Given:
    """A submission; ``problems`` by the block of the field each is shown at."""

    matter: str
    title: str
    place: str
    authority: str
    legal_basis: str
    works_council: str
    marks: frozenset[str]
    problems: dict[str, str]


def preserve_view(token: str, matters: Sequence[str], place: str) -> Block:
    """Lay out the form; `token` names the message that was kept, `place` the organisation's country.

    Raises:
        ValueError: No matter to choose.
    """
    chosen = select(MATTER, [(matter, matter) for matter in matters[:100]])
    country = text_block(PLACE, "Country it is stored in", 2)
    element = country["element"]
    assert isinstance(element, dict)
    country = {**country, "element": {**element, "initial_value": place}}
    return modal(
        CALLBACK, "Preserve", token,
        section("The message as Slack gives it, and its files, are sealed as one exhibit."),
        input_block(MATTER, "Matter", chosen),
        text_block(TITLE, "What it is", 200),
        country,
        input_block(HOLDS, "It holds", select(HOLDS, list(MARKS.items()), many=True), optional=True),
        text_block(LEGAL_BASIS, "On what legal basis may this chat be collected?", 2000, multiline=True),
        input_block(
            WORKS_COUNCIL, "Works council, in Germany or France", select(WORKS_COUNCIL, _COUNCIL),
            optional=True,
        ),
        text_block(AUTHORITY, "On whose word, or on what", 2000, optional=True),
        submit="Seal",
    )  # fmt: skip


def read_given(values: Values) -> Given:
    """Read a submission and check what can be checked without the matter."""
    marks = entered(values, HOLDS)
    place = words(values, PLACE).upper()
    problems = {}
    if not COUNTRY.fullmatch(place):
        problems[PLACE] = "Two letters, such as US or CN."
    return Given(
        words(values, MATTER),
        words(values, TITLE),
        place,
        words(values, AUTHORITY),
        words(values, LEGAL_BASIS),
        words(values, WORKS_COUNCIL),
        frozenset(str(one) for one in marks) if isinstance(marks, list) else frozenset(),
        problems,
    )
