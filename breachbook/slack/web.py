"""Calling Slack's Web API: errors without secrets, bounded waits, and no silent repetition.

`slack_sdk` would by itself repeat a call whose connection broke, which could post twice; its
retries are switched off here.
"""

import copy
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Self
from urllib.error import URLError
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from breachbook.connectors.address import is_loopback
from breachbook.errors import EngineError

SLACK = "https://slack.com/api/"
_PAGE, _MOST_PAGES = 200, 50
# Slack takes these as a form only, or documents no other way.
_AS_FORM = ("conversations.", "users.", "auth.", "chat.getPermalink")
_UNKNOWN = {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}
_NEXT = {
    "channel_not_found": "invite the app to the channel or correct its id",
    "not_in_channel": "invite the app to the channel",
    "invalid_auth": "set the bot token of this workspace",
    "token_revoked": "install the app again and set its new bot token",
    "missing_scope": "add the scope to the app and install it again",
    "user_not_found": "correct the person's slack user_id in people.yaml",
    "is_archived": "unarchive the channel",
}

Data = Mapping[str, object]


class SlackError(EngineError):
    """Slack refused or did not answer.

    Attributes:
        code: Slack's own error code, or ``no_answer``.
        unknown: The call may have taken effect; search for its key before repeating it.
    """

    def __init__(self, method: str, code: str, *, unknown: bool = False) -> None:
        self.code = code
        self.unknown = unknown
        said = "did not say whether it acted on" if unknown else "refused"
        move = "look for its key before repeating it" if unknown else _NEXT.get(code, "")
        super().__init__(f"slack {said} {method}: {code}" + (f"; {move}" if move else ""))


class SlackWeb:
    """The Web API of one workspace, with one bot token; blocks, and may be used from any thread.

    Args:
        token: Bot token; appears in no error and no representation.
        base_url: Where the Web API is; https, or http on the loopback address only.
        timeout_seconds: Longest wait for one answer.
        max_wait_seconds: Longest total wait that Slack's rate limit may impose on one call.
        pause: Called with the seconds to wait.

    Raises:
        EngineError: The base URL would send the token in clear over a network.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str = SLACK,
        timeout_seconds: int = 10,
        max_wait_seconds: float = 30.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        _check_base(base_url)
        base = base_url if base_url.endswith("/") else f"{base_url}/"
        self.sdk = WebClient(token, base_url=base, timeout=timeout_seconds, retry_handlers=[])
        self._max_wait_seconds = max_wait_seconds
        self._pause = pause
        # Method to the moment, on the monotonic clock, before which Slack does not want to hear it.
        self._not_before: dict[str, float] = {}

    def within(self, seconds: float) -> Self:
        """Give the same client with less patience for rate limits; what Slack asked of one binds both."""
        other = copy.copy(self)
        other._max_wait_seconds = seconds
        return other

    def call(self, method: str, arguments: Data | None = None) -> Data:
        """Call a Web API method; for what the other methods do not cover.

        Raises:
            SlackError: Refused, unanswered, or its rate limit asks for too long a wait; until
                that is over the method is not called again.
        """
        if arguments is None or method.startswith(_AS_FORM):
            return self.guarded(
                method, lambda: self.sdk.api_call(method, params=dict(arguments or {})).data
            )
        return self.guarded(method, lambda: self.sdk.api_call(method, json=dict(arguments)).data)

    def guarded(self, method: str, send: Callable[[], object]) -> Data:
        """Run one exchange with Slack under this client's errors and waits, as `call` does."""
        waited = 0.0
        if self._not_before.get(method, 0.0) > time.monotonic():
            raise SlackError(method, "ratelimited")
        while True:
            try:
                answer = send()
            except SlackApiError as error:
                seconds = _retry_after(error)
                if seconds is None:
                    raise _refusal(method, error) from None
                waited += seconds
                if waited > self._max_wait_seconds:
                    self._not_before[method] = time.monotonic() + seconds
                    raise SlackError(method, "ratelimited") from None
                self._pause(seconds)
            except (SlackClientError, URLError, OSError):
                raise SlackError(method, "no_answer", unknown=True) from None
            else:
                return answer if isinstance(answer, Mapping) else {}

    def pages(self, method: str, question: Data, items: str) -> Iterator[Data]:
        """Go through a listing page by page; `items` is the key of its list.

        Raises:
            SlackError: ``too_many_pages`` after 10,000 items: "not there" could not be told.
        """
        cursor = ""
        for _ in range(_MOST_PAGES):
            told = self.call(method, {**question, "limit": _PAGE, "cursor": cursor})
            found = told.get(items)
            yield from found if isinstance(found, list) else []
            more = told.get("response_metadata")
            cursor = str(more.get("next_cursor", "")) if isinstance(more, Mapping) else ""
            if not cursor:
                return
        raise SlackError(method, "too_many_pages")


def _check_base(base_url: str) -> None:
    parts = urlsplit(base_url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        return
    raise EngineError(
        f"slack base_url: got {base_url!r}; allowed: https, or http on the loopback address"
    )


def _retry_after(error: SlackApiError) -> float | None:
    if getattr(error.response, "status_code", None) != 429:
        return None
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    try:
        return max(0.0, float(headers.get("Retry-After", "1")))
    except ValueError:
        return 1.0


def _refusal(method: str, error: SlackApiError) -> SlackError:
    status = int(getattr(error.response, "status_code", 0) or 0)
    code = str(error.response.get("error", "")) if status < 500 else "no_answer"
    if not code.replace("_", "").isalnum():
        code = "no_answer"
    return SlackError(method, code, unknown=status >= 500 or code in _UNKNOWN | {"no_answer"})
