"""Slack's mrkdwn as HTML: everything is escaped; links stand as text, dates in the reader's zone."""

import html
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

_MARK = re.compile(
    r"```(?P<block>.+?)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|<!date\^(?P<at>\d{1,11})\^(?P<form>[^|>^]*)(?:\^[^|>]*)?\|(?P<fallback>[^>]*)>"
    r"|<@(?P<user>[A-Z0-9]+)(?:\|[^>]*)?>"
    r"|<#(?P<channel>[A-Z0-9]+)(?:\|[^>]*)?>"
    r"|<!(?P<all>here|channel|everyone)(?:\|[^>]*)?>"
    r"|<(?P<link>[a-z][a-z0-9+.-]*:[^|>]+)(?:\|(?P<label>[^>]*))?>"
    r"|(?<![\w*])\*(?P<bold>[^*\n]+)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^_\n]+)_(?![\w_])"
    r"|(?<![\w~])~(?P<struck>[^~\n]+)~(?![\w~])"
    r"|(?m:^)(?:&gt;|>) ?(?P<quote>[^\n]*)\n?",
    re.DOTALL,
)
_WRAPPED: Mapping[str, Markup] = {
    "bold": Markup("<b>{}</b>"),
    "italic": Markup("<i>{}</i>"),
    "struck": Markup("<s>{}</s>"),
    "quote": Markup("<span class='quote'>{}</span>"),
}
_CODE: Mapping[str, Markup] = {
    "code": Markup("<code>{}</code>"),
    "block": Markup("<pre>{}</pre>"),
}
_FORMS: Mapping[str, Callable[[datetime], str]] = {
    "date_num": lambda at: f"{at:%Y-%m-%d}",
    "date": lambda at: f"{at:%B} {at.day}, {at.year}",
    "date_short": lambda at: f"{at:%b} {at.day}, {at.year}",
    "date_long": lambda at: f"{at:%A}, {at:%B} {at.day}, {at.year}",
    "time": lambda at: f"{at:%H:%M}",
    "time_secs": lambda at: f"{at:%H:%M:%S}",
}
_TOKEN = re.compile(r"\{(\w+)\}")


class Reader:
    """Shows text to one person: names for ids, times in their zone."""

    def __init__(self, data: Mapping[str, Any], zone: str, now: float) -> None:
        self._data = data
        self._zone = ZoneInfo(zone)
        self._today = datetime.fromtimestamp(now, UTC).astimezone(self._zone).date()

    def at(self, ts: str) -> datetime:
        """Give the reader's time of a message."""
        return datetime.fromtimestamp(float(ts), UTC).astimezone(self._zone)

    def words(self, text: str) -> Markup:
        """Show mrkdwn."""
        shown, end = Markup(), 0
        for found in _MARK.finditer(text):
            shown += _plain(text[end : found.start()]) + self._one(found)
            end = found.end()
        return shown + _plain(text[end:])

    def _one(self, found: re.Match[str]) -> Markup:
        kind, text = str(found.lastgroup), str(found[str(found.lastgroup)])
        if found["link"] is not None:
            label, link = found["label"], found["link"]
            return _plain(f"{label} ({link})" if label and label != link else link)
        if found["at"] is not None:
            return self._date(int(found["at"]), found["form"], found["fallback"])
        if kind in _WRAPPED:
            return _WRAPPED[kind].format(self.words(text))
        if kind in _CODE:
            return _CODE[kind].format(html.unescape(text.strip("\n")))
        return Markup("<span class='mention'>{}</span>").format(self._named(kind, text))

    def _named(self, kind: str, text: str) -> str:
        if kind == "user":
            return f"@{self._data['users'].get(text, {}).get('name', text)}"
        if kind == "channel":
            return f"#{self._data['channels'].get(text, {}).get('name', text)}"
        return f"@{text}"

    def _date(self, seconds: int, form: str, fallback: str) -> Markup:
        try:
            at = datetime.fromtimestamp(seconds, UTC).astimezone(self._zone)
            said = _TOKEN.sub(lambda token: self._part(at, token[1]), form)
        except (KeyError, ValueError, OverflowError, OSError):
            return _plain(fallback)
        return Markup("<time datetime='{}'>{}</time>").format(at.isoformat(), html.unescape(said))

    def _part(self, at: datetime, name: str) -> str:
        if name in ("date_pretty", "date_short_pretty", "date_long_pretty"):
            return _near(at.date(), self._today) or _FORMS[name.removesuffix("_pretty")](at)
        return _FORMS[name](at)


def _near(day: date, today: date) -> str:
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return near.get((day - today) // timedelta(days=1), "")


def _plain(text: str) -> Markup:
    return escape(html.unescape(text))
