"""A Slack channel, as the Web API tells it: every answer byte for byte, and the files beside.

What Slack no longer has - deleted messages, older versions of edited ones, what a plan's retention
removed - is not in it; an export of the whole workspace by its owner has more.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

import httpx

from breachbook.collecting.contract import Bench, Gathered, Order
from breachbook.collecting.remarks import Remarks
from breachbook.connectors.address import is_loopback
from breachbook.errors import CustodyError
from breachbook.slack.files import NotFetched, file_row, pieces, safe_name
from breachbook.slack.web import SlackWeb

TOKEN = "SLACK_BOT_TOKEN"  # noqa: S105 - where it is, not what it is
SCOPES = "channels:history, channels:read, groups:history, groups:read, users:read and files:read"

_CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,30}")
_PAGE = 200
_MOST_PAGES = 5000
_LARGEST_FILE = 1 << 30

Answer = Mapping[str, Any]


def channel(order: Order, bench: Bench) -> Gathered:
    """Export a channel that the app is in: its facts, members, messages, threads, authors and files.

    Raises:
        CustodyError: No token, no such channel, a scope is missing, or Slack does not answer.
    """
    if not _CHANNEL.fullmatch(order.at):
        raise CustodyError(
            f"{order.title}: got {order.at[:40]!r}; allowed: a channel's id, C0123ABCD"
        )
    token = bench.environment.get(TOKEN, "")
    if not token or not order.server:
        raise CustodyError(
            f"{order.title}: needs [slack] in breachbook.toml and {TOKEN} in the environment"
        )
    slack = SlackWeb(token, base_url=order.server)
    if bench.example and not is_loopback(httpx.URL(slack.sdk.base_url).host):
        raise CustodyError(f"{order.title}: an example reaches only a stand-in on this machine")
    (bench.folder / "answers").mkdir(mode=0o700)
    export = _Export(order, bench, slack, time.sleep)
    export.ask("conversations.info", {"channel": order.at})
    export.listing("conversations.members", {"channel": order.at}, "members")
    messages = export.listing("conversations.history", {"channel": order.at}, "messages")
    parents = [one for one in messages if one.get("reply_count")]
    for parent in parents:
        told = {"channel": order.at, "ts": str(parent["ts"])}
        messages += export.listing("conversations.replies", told, "messages")[1:]
    for user in sorted({str(one["user"]) for one in messages if one.get("user")}):
        if not export.ask("users.info", {"user": user}, needed=False):
            break  # without the scope users:read nobody's name is told
    export.files(messages)
    export.compare([one for one in messages if not _is_reply(one)][:_PAGE])
    account = {
        "channel": order.at,
        "messages": len(messages),
        "threads": len(parents),
        "asked": export.asked,
        "scopes": SCOPES,
    }
    return Gathered(account, {}, export.remarks.findings("."))


def _is_reply(message: Answer) -> bool:
    return str(message.get("thread_ts", message.get("ts"))) != str(message.get("ts"))


class _Export:
    """One export: what was asked, in order, and what is odd."""

    def __init__(
        self, order: Order, bench: Bench, slack: SlackWeb, pause: Callable[[float], None]
    ) -> None:
        self.asked: list[dict[str, str]] = []
        self.remarks = Remarks()
        self._order, self._bench, self._slack, self._pause = order, bench, slack, pause
        self._waited = 0.0

    def ask(self, method: str, question: Mapping[str, str], *, needed: bool = True) -> Answer:
        """Ask once and keep the answer; one that is not needed may be a refusal."""
        raw = self._answer(method, question)
        name = f"{len(self.asked) + 1:05}-{method}.json"
        (self._bench.folder / "answers" / name).write_bytes(raw)
        self._bench.tell(len(raw))
        self.asked.append({"file": name, "method": method, **question})
        return self._read(method, raw, name, needed)

    def listing(self, method: str, question: Mapping[str, str], items: str) -> list[Any]:
        """Ask page by page."""
        found: list[Any] = []
        cursor = ""
        for _ in range(_MOST_PAGES):
            more = {"cursor": cursor} if cursor else {}
            told = self.ask(method, {**question, "limit": str(_PAGE), **more})
            listed = told.get(items)
            found += listed if isinstance(listed, list) else []
            cursor = str((told.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return found
        self.remarks.found("cut-short", "answers", f"more than {_MOST_PAGES} pages of {method}")
        return found

    def files(self, messages: list[Answer]) -> None:
        """Fetch every file of the messages, with the token to Slack's own hosts only."""
        for number, item in enumerate(_files(messages)):
            row = file_row(item)
            name = f"files/{number:05}-{safe_name(row['name'])}"
            path = self._bench.folder / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            try:
                with path.open("xb") as kept:
                    for piece in pieces(self._slack, row, _LARGEST_FILE):
                        kept.write(piece)
                        self._bench.tell(len(piece))
            except NotFetched as error:
                path.unlink()
                self.remarks.found("unreadable", name, str(error))

    def compare(self, before: list[Answer]) -> None:
        """Ask for the newest messages once more, and flag what is no longer the same."""
        question = {"channel": self._order.at, "limit": str(_PAGE)}
        told = self._read(
            "conversations.history", self._answer("conversations.history", question), "", True
        )
        after = [one for one in told.get("messages") or () if isinstance(one, Mapping)]
        if [_mark(one) for one in before] != [_mark(one) for one in after]:
            self.remarks.found("changed-while-read", "answers", "people wrote in it meanwhile")

    def _answer(self, method: str, question: Mapping[str, str]) -> bytes:
        url = urljoin(self._slack.sdk.base_url, method)
        headers = {"authorization": f"Bearer {self._slack.sdk.token}"}
        while True:
            try:
                told = httpx.post(
                    url, data=dict(question), headers=headers, timeout=30, follow_redirects=False
                )
            except httpx.HTTPError as error:
                raise self._failed(method, type(error).__name__) from None
            if told.status_code != 429:
                break
            seconds = _seconds(told.headers.get("retry-after", ""))
            self._waited += seconds
            if self._waited > self._order.seconds:
                raise self._failed(
                    method, f"its rate limit asks for more than {self._order.seconds} s"
                )
            self._pause(seconds)
        if told.status_code != 200:
            raise self._failed(method, f"answered {told.status_code}")
        return told.content

    def _read(self, method: str, raw: bytes, name: str, needed: bool) -> Answer:
        try:
            told = json.loads(raw)
            fine = bool(told["ok"])
        except (ValueError, KeyError, TypeError):
            raise self._failed(method, "answered something else than Slack does") from None
        if fine:
            return dict(told)
        code = str(told.get("error", ""))[:60]
        if needed:
            needs = f"; it needs the scope {told['needed']}" if told.get("needed") else ""
            raise self._failed(method, f"refused: {code}{needs}")
        self.remarks.found("no-answer", f"answers/{name}", code)
        return {}

    def _failed(self, method: str, why: str) -> CustodyError:
        return CustodyError(
            f"{self._order.title}: {method} {why}; nothing of it is kept; the app must be in the channel"
            f" and hold the scopes {SCOPES}"
        )


def _files(messages: list[Answer]) -> Iterator[Mapping[str, Any]]:
    seen: set[str] = set()
    for message in messages:
        listed = message.get("files")
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, Mapping) and str(item.get("id")) not in seen:
                seen.add(str(item.get("id")))
                yield item


def _mark(message: Answer) -> tuple[Any, ...]:
    edited = message.get("edited")
    return (
        message.get("ts"),
        edited.get("ts") if isinstance(edited, Mapping) else None,
        message.get("reply_count"),
        message.get("latest_reply"),
    )


def _seconds(text: str) -> float:
    try:
        # A server that says "at once" without end would hold us for ever.
        return max(1.0, float(text))
    except ValueError:
        return 1.0
