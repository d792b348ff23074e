"""Slack's rate limits: a tier per method and minute, and one message a second in a channel.

Authority: Slack's page on rate limits. Its burst allowance is not published; here a channel takes
three messages at once and then one a second.
"""

import math
from collections import deque
from collections.abc import Mapping
from typing import Any

_MINUTE = 60.0
_BURST = 3.0
_TIERS: Mapping[str, int] = {
    "apps.connections.open": 10,
    "auth.test": 200,
    "chat.delete": 50,
    "chat.getPermalink": 200,
    "chat.postEphemeral": 100,
    "chat.update": 50,
    "conversations.create": 20,
    "conversations.info": 50,
    "conversations.invite": 50,
    "conversations.members": 100,
    "conversations.history": 50,
    "conversations.open": 50,
    "conversations.replies": 50,
    "files.completeUploadExternal": 100,
    "files.getUploadURLExternal": 100,
    "files.info": 100,
    "users.info": 100,
    "views.open": 100,
    "views.publish": 100,
    "views.push": 100,
    "views.update": 100,
}
_OTHERS = 20


class RateLimits:
    """Counts calls; asked once for each, under the lock of the state."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[float]] = {}
        self._channels: dict[str, tuple[float, float]] = {}

    def wait(self, method: str, given: Mapping[str, Any], now: float) -> int:
        """Give the seconds of ``Retry-After``; 0 counts the call and lets it pass."""
        if method == "chat.postMessage":
            return self._post(str(given.get("channel", "")), now)
        calls = self._calls.setdefault(method, deque())
        while calls and calls[0] <= now - _MINUTE:
            calls.popleft()
        if len(calls) >= _TIERS.get(method, _OTHERS):
            return max(1, math.ceil(calls[0] + _MINUTE - now))
        calls.append(now)
        return 0

    def _post(self, channel: str, now: float) -> int:
        left, since = self._channels.get(channel, (_BURST, now))
        left = min(_BURST, left + max(0.0, now - since))
        if left < 1:
            self._channels[channel] = (left, now)
            return max(1, math.ceil(1 - left))
        self._channels[channel] = (left - 1, now)
        return 0
