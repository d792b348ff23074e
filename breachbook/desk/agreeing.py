"""The button by which counsel agrees to what two counsel are asked."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, BoltContext

from breachbook.desk.matters import Matters
from breachbook.desk.payloads import value_of
from breachbook.desk.speaking import FOREIGN, Voice, follow
from breachbook.errors import BreachbookError
from breachbook.slack.actions import read_of_matter


@dataclass(frozen=True, slots=True)
class Agreeing:
    """Handler of the button."""

    matters: Matters
    voice: Voice

    def agree(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Record a counsel's yes; the answer, also a refusal, is told to the person alone."""
        try:
            matter, consent = read_of_matter(value_of(body))
            text = self.matters.agree(matter, consent, context["person"]).text
        except ValueError:
            text = FOREIGN
        except BreachbookError as error:
            text = str(error)
        follow(context, self.voice.whisper(body, text))
        ack()
