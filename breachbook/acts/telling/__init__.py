"""Telling the people of a matter in Slack what happened and what they are asked; a view, never the record."""

from breachbook.acts.telling.teller import Teller

__all__ = ["Teller"]
