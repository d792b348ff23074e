"""The desk: Slack's public endpoint and the private pages, both over injected collaborators."""

from breachbook.desk.collaborators import Collaborators, Pages
from breachbook.desk.private import private_app
from breachbook.desk.public import public_app

__all__ = ["Collaborators", "Pages", "private_app", "public_app"]
