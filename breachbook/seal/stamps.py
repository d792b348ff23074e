"""Judges the time-stamps of a seal: each is examined, and one that proves something is enough."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from breachbook.events import stamp
from breachbook.seal.findings import Verdicts
from breachbook.seal.names import shown
from breachbook.store import read_regular

if TYPE_CHECKING:
    from breachbook.timestamp import Token

LAYER = "time-stamps"
UNTRUSTED = "no-roots"
TRIAL = "trial"

# Stands in the name of every certificate that a trial authority signs with.
_WORTHLESS = "worthless as proof"

_LARGEST = 1 << 20


def check_stamps(
    seal: bytes,
    sealed_at: datetime,
    tokens: "Sequence[Token] | None",
    now: datetime | None,
    verdicts: Verdicts,
) -> None:
    """Judge the layer time-stamps.

    Any fault of any token makes it invalid; a token that no given root vouches for was not checked,
    and one of a trial authority is worthless as proof.

    Args:
        seal: The seal file.
        sealed_at: When the seal says it was made.
        tokens: What authorities answered, or None when nobody looked for any.
        now: Aware; a token cannot be from later.

    Raises:
        ValueError: There are tokens and ``now`` is not given.
    """
    if not tokens:
        reason = "no time-stamp was given" if tokens is None else "not yet time-stamped"
        verdicts.state(LAYER, "not-checked", reason)
        return
    if now is None:
        raise ValueError("time-stamps can only be judged when the present is given")
    from breachbook.timestamp import FAULTS, examine

    good, trial, untrusted = [], [], []
    for token in tokens:
        found = examine(token, seal, now=now, not_before=sealed_at)
        name = shown(token.authority.id)
        faults = [fault for fault in found.faults if fault != UNTRUSTED]
        if faults:
            said = "; ".join(FAULTS[fault] for fault in faults)
            verdicts.found(LAYER, "not-accepted", name, said)
        elif UNTRUSTED in found.faults or found.when is None:
            untrusted.append(name)
        elif found.legal_class == TRIAL or _WORTHLESS in (found.signer or ""):
            trial.append(f"{stamp(found.when)} by {name}")
        else:
            good.append(f"{stamp(found.when)} by {name} ({found.legal_class})")
    if good:
        verdicts.state(LAYER, "valid", ", ".join(good))
    elif trial:
        reason = f"{', '.join(trial)}: a trial authority's, worthless as proof"
        verdicts.state(LAYER, "not-checked", reason)
    else:
        reason = f"no trust root was given for {', '.join(untrusted)}"
        verdicts.state(LAYER, "not-checked", reason)


def tokens_beside(bag: Path, roots: bytes) -> "list[Token] | None":
    """Read the tokens in ``<bag>.stamps/``: ``<authority>.tsr``, with its ``.tsq`` where that is kept.

    What legal class an authority has, and under which policy and name it stamps, is not known here.

    Args:
        bag: The bag's folder.
        roots: PEM of the roots to trust; a chain that lies beside the tokens is no reason to.

    Returns:
        The tokens by name, or None when there is no such folder.

    Raises:
        OSError: The folder or a file in it cannot be read.
    """
    folder = bag.with_name(f"{bag.name}.stamps")
    if not folder.is_dir():
        return None
    from breachbook.timestamp import Token
    from breachbook.workspace_files import StampAuthority

    found = []
    for path in sorted(folder.glob("*.tsr")):
        authority = StampAuthority.model_construct(
            id=path.stem, url="", legal_class="plain", roots="", policy=None, name=None
        )
        request = path.with_suffix(".tsq")
        asked = read_regular(request, _LARGEST) if request.exists() else b""
        found.append(Token(authority, roots, asked, read_regular(path, _LARGEST)))
    return found
