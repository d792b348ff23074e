"""The example's counsel in the local stand-in for Slack: they find a card and click, and the click is signed."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from breachbook.errors import EngineError


class Counsel:
    """Clicks through the stand-in's control interface, as a person of the pretended Slack.

    Args:
        url: The stand-in's address.
        control: Its control token.
    """

    def __init__(self, url: str, control: str) -> None:
        self._client = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {control}"},
            trust_env=False,
            timeout=20,
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def state(self) -> dict[str, Any]:
        """Give channels, messages and files as the stand-in has them."""
        found: dict[str, Any] = self._client.get("/control/state").raise_for_status().json()
        return found

    def cards(self) -> dict[str, tuple[str, str]]:
        """Give the open cards: request id to channel and timestamp."""
        found = {}
        for channel, messages in self.state()["messages"].items():
            for message in messages:
                for value in _values(message, "approve"):
                    found[value.split(" ")[0]] = (channel, message["ts"])
        return found

    def click(self, user: str, request: str, action: str, within_seconds: float) -> None:
        """Click a button on a request's card, waiting for the card to be there; a lost delivery is clicked again.

        Raises:
            EngineError: No card, or no delivery was acknowledged in time.
        """
        end = time.monotonic() + within_seconds
        while time.monotonic() < end:
            place = self.cards().get(request)
            if place is not None:
                given = {"user": user, "channel": place[0], "ts": place[1], "action_id": action}
                told = self._client.post("/control/click", json=given)
                if told.is_success and any(a["status"] == 200 for a in told.json()["attempts"]):
                    return
            time.sleep(0.2)
        raise EngineError(
            f"demo: the click of {user} on {request} was not taken within {within_seconds:.0f} s"
        )


def _values(message: Mapping[str, Any], action: str) -> Iterator[str]:
    for block in message.get("blocks", ()):
        for element in block.get("elements", ()):
            if element.get("action_id") == action:
                yield str(element["value"])
