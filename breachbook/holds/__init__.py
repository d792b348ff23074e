"""What people do with legal holds: acknowledge, answer, widen, amend, keep silent, release and prove them."""

from breachbook.holds.acknowledging import NOT_YOURS, Told, acknowledge, answer
from breachbook.holds.releasing import release

__all__ = ["NOT_YOURS", "Told", "acknowledge", "answer", "release"]
