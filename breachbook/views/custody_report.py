"""What the custody form says of an exhibit, as plain data, as of the last line of the matter's journal.

No clock is read: an equal journal and workspace give an equal report.
"""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from breachbook.entries import Commitment
from breachbook.errors import UsageError
from breachbook.events import instant, stamp
from breachbook.exhibit_book import Anchor, Custody, Exhibit
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.source import shown
from breachbook.workspace import Workspace

Row = Mapping[str, Any]
_WORDS = ("purpose", "authority", "condition", "reason")
_AS_THEY_STAND = (
    "place", "proof", "before", "after", "undertaking", "transfer", "consent", "export",
)  # fmt: skip


def told(workspace: Workspace, file: MatterFile, matter: Matter, exhibit: str) -> Row:
    """Gather the custody report of one exhibit.

    Args:
        workspace: Names, titles and telephone numbers of people are taken from it.
        file: The matter's folder.
        matter: As of which the report is.
        exhibit: Its id.

    Returns:
        organisation, matter, as_of {line, at, head}, exhibit, time_stamps, handlings and anchor. A
        free text is ``{"c": commitment, "text": the text, or None where it is withheld or erased}``.

    Raises:
        UsageError: The matter has no such exhibit.
    """
    found = matter.exhibits.get(exhibit)
    if found is None or matter.last_at is None:
        raise UsageError(
            f"{matter.id}: got the exhibit {shown(exhibit)};"
            f" allowed: {', '.join(matter.exhibits) or 'none is sealed yet'}"
        )
    teller = _Teller(workspace, file, matter)
    organisation = workspace.config.organisation
    anchors = list(matter.evidence.anchors.values())
    return {
        "organisation": {
            "name": organisation.name, "name_local": organisation.name_local or organisation.name,
            "zone": organisation.zone,
        },
        "matter": matter.id,
        "example": matter.example,
        "as_of": {"line": matter.seq, "head": matter.head, **teller.at("at", stamp(matter.last_at))},
        "exhibit": teller.exhibit(found),
        "time_stamps": [
            {"authority": one.authority, "legal_class": one.legal_class, **teller.at("when", one.when)}
            for one in matter.evidence.stamps_of(exhibit)
        ],
        "handlings": [
            teller.collected(found),
            *(teller.handling(entry) for entry in matter.evidence.custody_of(exhibit)),
        ],
        "anchor": _anchor(anchors[-1]) if anchors else None,
    }  # fmt: skip


class _Teller:
    """Tells the entries of one matter."""

    def __init__(self, workspace: Workspace, file: MatterFile, matter: Matter) -> None:
        self._people = workspace.people
        self._zone = ZoneInfo(workspace.config.organisation.zone)
        self._values, self._matter = file.values, matter

    def at(self, name: str, text: str) -> dict[str, str]:
        """Give a moment in UTC and in the organisation's zone."""
        when = instant(text)
        local = when.astimezone(self._zone).isoformat(timespec="seconds")
        return {name: f"{when:%Y-%m-%dT%H:%M:%SZ}", f"{name}_local": local}

    def exhibit(self, one: Exhibit) -> Row:
        return {
            "id": one.id, "source": one.target, "step": one.step, "collector": one.collector,
            "operator": self.person(one.operator), "tool": one.tool, "place": one.place,
            "stored": one.stored, "files": one.files, "bytes": one.bytes,
            "personal_data": one.personal_data, "state_secret": one.state_secret,
            "trade_secret": one.trade_secret, "works_council": one.works_council,
            "legal_basis": self.words(one.legal_basis) if one.legal_basis else None,
            "title": self.words(one.title) if one.title else None,
            "findings": dict(sorted(one.findings.items())), "manifest_sha256": one.manifest_sha256,
            "tagmanifest_sha256": one.tagmanifest_sha256, "seal_sha256": one.seal_sha256,
            **self.at("sealed_at", stamp(one.sealed_at)),
            "destroyed_at": stamp(one.destroyed_at) if one.destroyed_at else None,
        }  # fmt: skip

    def collected(self, one: Exhibit) -> Row:
        """Tell the sealing as the first handling; its hash is the one all later ones are held against."""
        return {
            "entry": "", "line": one.line, "act": "collected", **self.at("at", stamp(one.sealed_at)),
            "by": self.person(one.operator), "method": "", "place": one.stored or one.place,
            "after": {"seal_sha256": one.seal_sha256, "sound": True},
        }  # fmt: skip

    def handling(self, entry: Custody) -> Row:
        data = entry.data
        row: dict[str, Any] = {
            "entry": entry.id, "line": entry.line, "act": entry.act,
            **self.at("at", stamp(entry.at)), "by": self.person(entry.by), "method": entry.method,
        }  # fmt: skip
        if "when" in data:
            row |= self.at("when", data["when"])
        if entry.person:
            row["other"] = self.person(entry.person)
        elif entry.party:
            row["other"] = self.party(entry.party)
        offers = self._matter.evidence.custody_of(entry.exhibit)
        if entry.act == "transferred":
            givers = [one.by for one in offers if one.id == data["transfer"]]
            row |= {"giver": self.person(givers[0])} if givers else {}
        row |= {name: self.words(data[name]) for name in _WORDS if name in data}
        return row | {name: data[name] for name in _AS_THEY_STAND if name in data}

    def person(self, person: str) -> Row:
        if person not in self._people:
            return {"id": person, "name": person, "name_local": person, "title": "", "phone": ""}
        row = self._people[person]
        return {
            "id": person, "name": row.name, "name_local": row.name_local or row.name,
            "title": row.title, "phone": row.phone or "",
        }  # fmt: skip

    def party(self, party: str) -> Row:
        known = self._matter.parties[party]
        details = self._values.get(known.details, {})
        name = str(details.get("name") or party)
        return {
            "id": party, "name": name, "name_local": str(details.get("name_local") or name),
            "title": "", "phone": "",
        }  # fmt: skip

    def words(self, commitment: Commitment) -> Row:
        return {"c": commitment["c"], "text": self._values.get(commitment)}


def _anchor(anchor: Anchor) -> Row:
    return {
        "id": anchor.id, "size": anchor.size, "head": anchor.head, "root": anchor.root,
        "checkpoint": anchor.checkpoint, "made_at": stamp(anchor.made_at),
    }  # fmt: skip
