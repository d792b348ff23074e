"""The desk: Slack's public endpoint, calendar feeds and the private pages, over injected collaborators."""

from breachbook.desk.collaborators import Calendars, Collaborators, Pages
from breachbook.desk.private import private_app
from breachbook.desk.public import public_app

__all__ = ["Calendars", "Collaborators", "Pages", "private_app", "public_app"]
