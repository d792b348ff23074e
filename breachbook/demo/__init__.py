"""The example matter played from report to service, with no key pressed, against real processes."""

from breachbook.demo.play import run

__all__ = ["run"]
