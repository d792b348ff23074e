"""Keeps the chain of custody: every handling of an exhibit, by whom, why, and that it was whole."""

from breachbook.chain.copying import copy
from breachbook.chain.destroying import destroy, finish
from breachbook.chain.hand import Checked, Hand
from breachbook.chain.handing import give_back, offer, receive, take, withdraw
from breachbook.chain.looking import access, record_export, undertake, verified

__all__ = [
    "Checked",
    "Hand",
    "access",
    "copy",
    "destroy",
    "finish",
    "give_back",
    "offer",
    "receive",
    "record_export",
    "take",
    "undertake",
    "verified",
    "withdraw",
]
