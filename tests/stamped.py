"""Time-stamps of exhibits, by an authority that tests make."""

from functools import cache
from typing import Any

from breachbook.custody import Sealed
from breachbook.seal import seal_path
from breachbook.timestamp import Token
from tests import authority as stamping
from tests.authority import Forge, Make, Pair
from tests.exhibits import AT


@cache
def _authority() -> tuple[Pair, Pair]:
    """Give the root and the signer of a time-stamp authority."""
    root = stamping.root()
    return root, stamping.certify(Make(), root)


def stamped(sealed: Sealed, id_: str = "tsa", **changes: Any) -> Token:
    """Have the seal stamped, in order unless said otherwise."""
    root, signer = _authority()
    seal = seal_path(sealed.path).read_bytes()
    given: dict[str, Any] = {
        "legal_class": "plain",
        "roots": root.pem,
        "data": seal,
        "when": AT,
    } | changes
    row = stamping.settings(
        id_, "https://tsa.example/", "r.pem", legal_class=given.pop("legal_class")
    )
    roots = given.pop("roots")
    reply = given.pop("reply", None) or stamping.forge(Forge(**given), signer)
    return Token(row, roots, stamping.query(seal), reply)
