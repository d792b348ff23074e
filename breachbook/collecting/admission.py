"""What must be on record before a source may be collected, and what forbids collecting it at all."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from breachbook import gates
from breachbook.collecting.contract import Order
from breachbook.collecting.registry import KINDS
from breachbook.deadlines import Law
from breachbook.errors import CustodyError
from breachbook.matter import Matter

# Where employees' representatives have a say before their mail or chat is looked into.
CO_DETERMINED: Mapping[str, str] = {
    "DE": "Betriebsverfassungsgesetz § 87 (1) no. 6",
    "FR": "Code du travail, art. L2312-38",
}


class Fault(NamedTuple):
    """What is wrong with one key of a source: the key, what stands there, what may."""

    key: str
    got: str
    allowed: str


def faults(row: Mapping[str, Any]) -> Iterator[Fault]:
    """Check a row of sources.yaml beyond its shape.

    Authority:
        Betriebsverfassungsgesetz § 87 (1) no. 6 and Code du travail art. L2312-38: the works council
        is heard before technical means watch employees.
    """
    kind = KINDS[row["kind"]]
    named = [key for key in ("path", "url", "command", "channel") if row.get(key)]
    if len(named) != 1 or named[0] not in kind.at:
        yield Fault("kind", f"{row['kind']} with {' and '.join(named) or 'no place'}",
                    f"{row['kind']} with {' or '.join(kind.at)}, one of them")  # fmt: skip
    yield from _unfounded(
        row["kind"], row["place"], row.get("legal_basis"), row.get("works_council")
    )


def _unfounded(
    kind: str, place: str, legal_basis: str | None, works_council: str | None
) -> Iterator[Fault]:
    if not KINDS[kind].correspondence:
        return
    if not (legal_basis or "").strip():
        yield Fault(
            "legal_basis", "nothing", "on what people's mail or chat may be collected here"
        )
    if place in CO_DETERMINED and not works_council:
        allowed = f"agreed, informed, not-required or pending ({CO_DETERMINED[place]})"
        yield Fault("works_council", "nothing", allowed)


def require_admitted(
    order: Order, matter: Matter, law: Law, on: date, *, step: str | None = None
) -> None:
    """Refuse a collection that lacks its legal basis, waits for a works council, or that a gate bars.

    Args:
        on: Today; a clearance holds to the end of its last day.
        step: Step that collects, or None for a person.

    Raises:
        CustodyError: It may not be collected, or not now; all reasons at once.
    """
    reasons = [
        f"{fault.key}: got {fault.got}; allowed: {fault.allowed}"
        for fault in _unfounded(order.kind, order.place, order.legal_basis, order.works_council)
    ]
    if KINDS[order.kind].correspondence and order.works_council == "pending":
        reasons.append("works_council: is pending; allowed: once it agreed or was informed")
    if order.state_secret and order.place != order.stored:
        reasons.append(
            f"state_secret: it would leave {order.place or 'its country'} for {order.stored};"
            " allowed: in a workspace that stands in its country"
        )
    origin = gates.Origin(order.place)
    for gate in gates.barring(matter, law, "collect", on, step=step, exhibits=[origin]):
        reasons.append(
            f"{gate} forbids collecting {_where(order)} until counsel clears it;"
            f" see `breachbook gate list {matter.id}`"
        )
    if reasons:
        raise CustodyError("\n".join(f"{matter.id} {order.title}: {one}" for one in reasons))


def _where(order: Order) -> str:
    return f"in {order.place}" if order.place else "where the country is not known (--place)"
