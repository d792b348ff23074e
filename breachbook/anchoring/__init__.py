"""Checkpoints of journals: signed, taken to places outside the workspace, and compared with the journals again."""

from breachbook.anchoring.checkpoint import Note, read_note, sign_note, split_note
from breachbook.anchoring.comparing import Claim, Comparison, compare, contradictions
from breachbook.anchoring.deposits import Deposits
from breachbook.anchoring.guard import Guard, register_row
from breachbook.anchoring.making import make

__all__ = [
    "Claim",
    "Comparison",
    "Deposits",
    "Guard",
    "Note",
    "compare",
    "contradictions",
    "make",
    "read_note",
    "register_row",
    "sign_note",
    "split_note",
]
