"""What a collection leaves in the journal: that it was begun, and the exhibit that came of it."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from breachbook.collecting.admission import require_admitted
from breachbook.collecting.collection import Occasion, collect, order_of, stored_in
from breachbook.collecting.contract import Order
from breachbook.collecting.registry import KINDS
from breachbook.custody import Progress, Sealed
from breachbook.doers import COLLECTORS
from breachbook.errors import UsageError
from breachbook.events import Actor, Draft, Event
from breachbook.layout import COUNTRY
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.records import may, on_matter, still_open
from breachbook.source import shown
from breachbook.workspace import Workspace
from breachbook.workspace_files import WorksCouncil


def sealed_draft(
    file: MatterFile, order: Order, sealed: Sealed, actor: Actor, step: str, target: str
) -> Draft:
    """Make the event of a sealed exhibit; called while the journal is held."""
    data: dict[str, Any] = {
        "exhibit": sealed.exhibit, "step": step, "target": target,
        "files": sealed.files, "bytes": sealed.bytes, "manifest_sha256": sealed.manifest_sha256,
        "tagmanifest_sha256": sealed.tagmanifest_sha256, "seal_sha256": sealed.seal_sha256,
        "findings": dict(Counter(one.code for one in sealed.findings)),
        "source": order.source, "place": order.place, "stored": order.stored,
        "personal_data": order.personal_data, "state_secret": order.state_secret,
        "trade_secret": order.trade_secret, "collector": order.kind,
    }  # fmt: skip
    if not order.place:
        del data["place"]
    if order.works_council:
        data["works_council"] = order.works_council
    if order.legal_basis:
        data["legal_basis"] = file.values.commit(order.legal_basis)
    return Draft("exhibit.sealed", data, actor)


def by_hand(
    workspace: Workspace,
    library: Library,
    file: MatterFile,
    actor: Actor,
    order: Order,
    *,
    authority: str,
    repeat: Sequence[str],
    resume: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> list[Event]:
    """Collect and seal a source as a person of the matter; the journal says so before and after.

    Args:
        authority: The person's words on what the collection rests on; they go into the exhibit's record.
        repeat: Command line that does the same again.
        resume: Id of a collection of the same source that was begun and not sealed: it is gone on with.

    Raises:
        ApprovalError: Not theirs to do, or the matter is closed.
        CustodyError: It may not be collected, or nothing of it could be; nothing appears then.
        UsageError: There is nothing to resume, or something else.
    """
    law, on = library.law, workspace.now().date()

    def begin(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        may(matter, actor, COLLECTORS, "collecting evidence")
        still_open(matter)
        require_admitted(order, matter, law, on)
        if resume is None:
            title = None if order.source in workspace.rows("sources") else order.title
            return [_begun_draft(file, matter, actor, order, authority, title)]
        _require_begun(matter, order, resume)
        return []

    begun = file.transact(begin)
    exhibit = resume or str(begun[0].data["exhibit"])
    matter = file.refresh()
    why = Occasion(
        matter=matter.id,
        step="-",
        authority=authority,
        operator=actor.person,
        repeat=repeat,
        journal_head=matter.head,
        previous_seal=matter.evidence.newest_seal,
    )
    sealed = collect(workspace, order, file.exhibits, exhibit, why, resume=True, progress=progress)

    def end(matter: Matter) -> list[Draft]:
        if exhibit in matter.exhibits:
            raise UsageError(f"{matter.id} {exhibit}: was sealed meanwhile")
        return [sealed_draft(file, order, sealed, actor, "-", order.source)]

    return [*begun, *file.transact(end)]


def _begun_draft(
    file: MatterFile,
    matter: Matter,
    actor: Actor,
    order: Order,
    authority: str,
    title: str | None,
) -> Draft:
    data: dict[str, Any] = {
        "exhibit": matter.number("E"), "collector": order.kind, "source": order.source,
    }  # fmt: skip
    if title is not None:
        data["title"] = file.values.commit(title)
    if authority:
        data["authority"] = file.values.commit(authority)
    return Draft("exhibit.begun", data, actor)


def _require_begun(matter: Matter, order: Order, exhibit: str) -> None:
    begun = matter.evidence.unsealed.get(exhibit)
    if begun is None:
        allowed = ", ".join(matter.evidence.unsealed) or "none, nothing was begun and not sealed"
        raise UsageError(f"--resume: got {shown(exhibit)}; allowed: {allowed}")
    if (begun.collector, begun.source) != (order.kind, order.source):
        raise UsageError(
            f"--resume {exhibit}: was begun for {begun.collector} {begun.source}; allowed: the same"
        )


def named(workspace: Workspace, what: str, kind: str | None, facts: Mapping[str, Any]) -> Order:
    """Make the order to collect what a person named: a source's id, a path or an address.

    Args:
        what: Id in sources.yaml, else an address (with ``://``), else a path.
        kind: Its kind; else ``web`` for an address, and what stands there for a path.
        facts: Keys of `Order` that the person told; a source's row says them itself.

    Raises:
        UsageError: There is nothing like that, or the facts do not fit.
    """
    rows = workspace.rows("sources")
    told = {key: value for key, value in facts.items() if value}
    if what in rows:
        if told or kind:
            raise UsageError(
                f"{what}: got {', '.join([*told, *(['kind'] if kind else [])])};"
                " allowed: nothing more, sources.yaml says it"
            )
        return order_of(rows[what], workspace)
    is_address = "://" in what
    if is_address and what.partition("://")[0].lower() not in ("http", "https"):
        raise UsageError(
            f"{shown(what)}: allowed by hand: an address such as https://share.example/x;"
            " s3, sftp and imap stand in sources.yaml, name that row's id"
        )
    path = Path(what).absolute()
    if not is_address and not os.path.lexists(path):
        raise UsageError(f"{shown(what)}: got nothing there; allowed: a path, an address or one of"
                         f" {', '.join(rows) or 'sources.yaml'}")  # fmt: skip
    kind = kind or ("web" if is_address else "folder" if path.is_dir() else "file")
    _require_hand(kind, is_address, told)
    title = told.pop("title", what)
    return Order(
        kind, "-", title, what if is_address else str(path), told.pop("place", ""),
        stored_in(workspace), **told,
    )  # fmt: skip


def _require_hand(kind: str, is_address: bool, told: Mapping[str, Any]) -> None:
    key = "url" if is_address else "path"
    by_hand = [name for name, one in KINDS.items() if one.by_hand and key in one.at]
    if kind not in by_hand:
        raise UsageError(f"--kind: got {shown(kind)}; allowed here: {', '.join(by_hand)}")
    if told.get("place") and not COUNTRY.fullmatch(told["place"]):
        raise UsageError(f"--place: got {shown(told['place'])}; allowed: a country such as US")
    councils = get_args(WorksCouncil)
    if told.get("works_council", "pending") not in councils:
        raise UsageError(
            f"--works-council: got {shown(told['works_council'])}; allowed: {', '.join(councils)}"
        )
