"""A stand-in for Slack on this computer: it checks like Slack, remembers, and lets people click.

``python -m breachbook.slack.standin --port 0 --state FILE`` runs it as a process; `Standin`
runs it in a thread.
"""

from breachbook.slack.standin.delivery import sign, signed_headers
from breachbook.slack.standin.serve import Standin

__all__ = ["Standin", "sign", "signed_headers"]
