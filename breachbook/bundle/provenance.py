"""Where the exhibits come from, for machines: CASE/UCO in JSON-LD.

Authority: CASE 1.4 and UCO 1.4, ontologies of the Cyber Domain Ontology project.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from breachbook.bundle.acquisition import Acquisition
from breachbook.bundle.material import Material
from breachbook.custody import ACTS
from breachbook.events import stamp

_SPACE = uuid.UUID("6d6f7a1e-3a6c-5b7f-9a52-1c3f2f6f0b11")
_CONTEXT = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "kb": "http://breachbook.example/kb/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Node = dict[str, Any]


def provenance(material: Material, known: Mapping[str, Acquisition]) -> bytes:
    """Write the acquisition and every shown handling of each exhibit, with the digests that pin it.

    Args:
        known: By exhibit, how it was acquired.
    """
    return _Graph(material).written(known)


class _Graph:
    def __init__(self, material: Material) -> None:
        self._material = material
        self._matter = material.walled()[1]
        self._nodes: dict[str, Node] = {}

    def written(self, known: Mapping[str, Acquisition]) -> bytes:
        objects = [one for exhibit in known.values() for one in self._exhibit(exhibit)]
        self._node(
            "case-investigation:Investigation",
            "investigation",
            {"uco-core:name": self._matter.id, "uco-core:object": objects},
        )
        graph = [self._nodes[name] for name in sorted(self._nodes)]
        text = json.dumps({"@context": _CONTEXT, "@graph": graph}, indent=1, ensure_ascii=False)
        return text.encode() + b"\n"

    def _exhibit(self, told: Acquisition) -> Iterator[Node]:
        exhibit = told.exhibit
        digests = {
            f"{exhibit.id}.seal.json": (exhibit.seal_sha256, told.sizes["seal"]),
            f"{exhibit.id}/manifest-{told.algorithm}.txt": (
                exhibit.manifest_sha256,
                told.sizes["manifest"],
            ),
            f"{exhibit.id}/tagmanifest-{told.algorithm}.txt": (
                exhibit.tagmanifest_sha256,
                told.sizes["tagmanifest"],
            ),
        }
        files = [self._file(path, *digest) for path, digest in digests.items()]
        record = self._node(
            "case-investigation:ProvenanceRecord",
            f"record {exhibit.id}",
            {"case-investigation:exhibitNumber": exhibit.id, "uco-core:object": files},
        )
        yield record
        yield from files
        yield self._act(
            f"acquired {exhibit.id}",
            "acquired",
            told.operator,
            (told.started_at, told.finished_at),
            [record, *files],
            instrument=self._tool(told.tool, told.tool_version),
        )
        for entry in self._matter.evidence.custody_of(exhibit.id):
            at = stamp(entry.at)
            words = ACTS.get(entry.act, entry.act)
            yield self._act(f"{entry.id} {exhibit.id}", words, entry.by, (at, at), [record])

    def _act(
        self,
        name: str,
        words: str,
        person: str,
        times: tuple[str, str],
        objects: list[Node],
        instrument: Node | None = None,
    ) -> Node:
        started, finished = times
        data: Node = {
            "uco-core:name": words,
            "uco-action:startTime": _typed("dateTime", started),
            "uco-action:endTime": _typed("dateTime", finished),
            "uco-action:performer": self._person(person),
        }
        if instrument:
            data |= {"uco-action:instrument": instrument, "uco-action:result": objects}
        else:
            data["uco-action:object"] = objects
        return self._node("case-investigation:InvestigativeAction", name, data)

    def _file(self, path: str, sha256: str, size: int) -> Node:
        facets = [
            {
                "@id": self._id(f"file facet {path}"),
                "@type": "uco-observable:FileFacet",
                "uco-observable:fileName": path.rpartition("/")[2],
                "uco-observable:filePath": f"exhibits/{path}",
                "uco-observable:sizeInBytes": _typed("integer", str(size)),
            },
            {
                "@id": self._id(f"content facet {path}"),
                "@type": "uco-observable:ContentDataFacet",
                "uco-observable:hash": {
                    "@id": self._id(f"hash {path}"),
                    "@type": "uco-types:Hash",
                    "uco-types:hashMethod": _typed("string", "SHA256"),
                    "uco-types:hashValue": _typed("hexBinary", sha256),
                },
            },
        ]
        return self._node("uco-observable:File", f"file {path}", {"uco-core:hasFacet": facets})

    def _tool(self, name: str, version: str) -> Node:
        data = {"uco-core:name": name}
        data |= {"uco-tool:version": version} if version else {}
        return self._node("uco-tool:Tool", f"tool {name} {version}", data)

    def _person(self, person: str) -> Node:
        people = self._material.workspace.people
        if person not in people:
            return self._tool(person, "")
        data = {"uco-core:name": people[person].name}
        return self._node("uco-identity:Person", f"person {person}", data)

    def _node(self, kind: str, name: str, data: Mapping[str, Any]) -> Node:
        own = self._id(name)
        self._nodes.setdefault(own, {"@id": own, "@type": kind, **data})
        return {"@id": own}

    def _id(self, name: str) -> str:
        kind = name.partition(" ")[0]
        return f"kb:{kind}-{uuid.uuid5(_SPACE, f'{self._matter.id} {name}')}"


def _typed(kind: str, value: str) -> Node:
    return {"@type": f"xsd:{kind}", "@value": value}
