"""A time-stamp authority of the workspace's own, to try things with: nobody else vouches for its time."""

from breachbook.timestamp.trial.issuing import answer
from breachbook.timestamp.trial.keys import Keys, keys
from breachbook.timestamp.trial.serving import Authority

__all__ = ["Authority", "Keys", "answer", "keys"]
