"""Block Kit pieces that cannot be misread: people's text is escaped plain text, within limits.

Slack reads `<!channel>`, `<https://...|name>` and `*bold*` in `mrkdwn` text. So `mrkdwn` here
holds only our own words, dates and user ids of Slack's own form; everything a person wrote is
`plain_text`.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Block = dict[str, object]

MAX_BLOCKS = 50
MAX_HEADER = 150
MAX_SECTION = 3000
MAX_FIELD = 2000
MAX_BUTTON = 75
MAX_VALUE = 2000
MAX_MESSAGE = 4000

_USER = re.compile(r"^[UW][A-Z0-9]{2,20}$")
_URL = re.compile(r"^https?://[A-Za-z0-9.:-]+/[A-Za-z0-9/_.?=&%-]*$")
# Persian, Hindi and others need the zero-width joiners to spell names.
_JOINERS = "\u200c\u200d"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape(text: str) -> str:
    """Replace the three characters Slack parses; drop control and direction-changing ones."""
    return "".join(_safe(char) for char in text)


def cut(text: str, limit: int) -> str:
    """Escape and shorten to `limit` characters as sent, never inside an entity; … marks a cut.

    Characters beyond the basic plane count twice, as in Slack's own clients, so that no name
    can make a card too long to post.
    """
    pieces: list[str] = []
    used = 0
    for char in text:  # only as far as is shown: what people paste can be long
        pieces.append(_safe(char))
        used += _units(pieces[-1])
        if used > limit:
            break
    else:
        return "".join(pieces)
    while used >= limit:
        used -= _units(pieces.pop())
    return "".join(pieces) + "…"


def _safe(char: str) -> str:
    if char in _ENTITIES:
        return _ENTITIES[char]
    if char == "\n" or char in _JOINERS:
        return char
    category = unicodedata.category(char)
    if category in ("Zl", "Zp"):
        return "\n"
    if char == "\t":
        return " "
    return "" if category.startswith("C") else char


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def plain(text: str, limit: int = MAX_SECTION) -> Block:
    """A text object shown as it stands, without markup or emoji codes; empty becomes a dash."""
    return {"type": "plain_text", "text": cut(text, limit) or "-", "emoji": False}


def words(text: str) -> Block:
    """A `mrkdwn` text object for our own words only, never for what a person or file supplied."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Block:
    """A heading of one line."""
    return {"type": "header", "text": plain(" ".join(text.split()), MAX_HEADER)}


def section(text: str) -> Block:
    """A paragraph of a person's text."""
    return {"type": "section", "text": plain(text)}


def labelled(label: str, text: str) -> list[Block]:
    """A small heading of ours above a paragraph of a person's text."""
    return [{"type": "context", "elements": [words(f"*{label}*")]}, section(text)]


def fields(pairs: Mapping[str, str]) -> Block:
    """Short facts in two columns, at most ten, each under its label."""
    shown = list(pairs.items())[:10]
    texts = [plain(f"{label}\n{text}", MAX_FIELD) for label, text in shown]
    return {"type": "section", "fields": texts}


def context(*elements: Block) -> Block:
    """A small grey line of at most ten text objects."""
    return {"type": "context", "elements": list(elements[:10])}


def button(label: str, action_id: str, value: str, style: str | None = None) -> Block:
    """A button; `style` is primary, danger or None.

    Raises:
        ValueError: Longer than Slack carries; cutting it would change what is decided.
    """
    if len(value) > MAX_VALUE:
        raise ValueError(f"button {action_id}: got {len(value)} characters; allowed: {MAX_VALUE}")
    element: Block = {
        "type": "button",
        "text": plain(label, MAX_BUTTON),
        "action_id": action_id,
        "value": value,
    }
    return element | ({"style": style} if style else {})


def when(moment: datetime, zone: str = "UTC") -> str:
    """A moment in the reader's own zone; where Slack cannot, in the IANA zone `zone`.

    Raises:
        ValueError: `moment` has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"moment {moment.isoformat()} has no zone; Slack would show a guess")
    stamp = int(moment.astimezone(UTC).timestamp())
    local = moment.astimezone(ZoneInfo(zone))
    return f"<!date^{stamp}^{{date_short_pretty}} at {{time}}|{local:%Y-%m-%d %H:%M} {zone}>"


def mentions(user_ids: Sequence[str]) -> str:
    """Mention the users; anything that is not a Slack user id is left out."""
    return " ".join(f"<@{user}>" for user in user_ids if _USER.fullmatch(user))


def link(url: str, label: str) -> str:
    """A link under a label of ours; an address that Slack did not make becomes the bare label."""
    return f"<{url}|{label}>" if _URL.fullmatch(url) else label


def actions(*elements: Block) -> list[Block]:
    """A row of buttons; none is no row."""
    return [{"type": "actions", "elements": list(elements)}] if elements else []


def bounded(blocks: Sequence[Block], keep_last: int = 0, most: int = MAX_BLOCKS) -> list[Block]:
    """Keep within Slack's 50 blocks, or another limit: the middle gives way and a line says so.

    The last `keep_last` blocks (the buttons) always stay.
    """
    if len(blocks) <= most:
        return list(blocks)
    room = most - keep_last - 1
    left_out = len(blocks) - room - keep_last
    note = context(words(f"{left_out} more lines are in the matter's own record."))
    return [*blocks[:room], note, *blocks[len(blocks) - keep_last :]]
