"""A bundle of evidence for a court, an opponent, a regulator or an insurer."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from breachbook.cli.output import as_json, pairs, remark
from breachbook.cli.session import current


def export(
    matter: str,
    /,
    *,
    for_: Annotated[Literal["court", "opponent", "regulator", "insurer"], Parameter(name="--for")],
    exhibit: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    party: str | None = None,
    to_place: str | None = None,
    reason: str | None = None,
    out: Path | None = None,
    json: bool = False,
) -> None:
    """Make a bundle of exhibits that anybody can verify with sha256sum and openssl, and record that it left.

    A court is shown every line of the journal that is not privileged; the others what concerns the
    exhibits they get, without any free text. What is withheld is proven to be there, unchanged.

    For example:

    - breachbook export LEAK-2026-0001 --for court --to-place US
    - breachbook export LEAK-2026-0001 --for opponent --exhibit E1 --party moqiao-castings --reason "under seal"

    Args:
        matter: Its id.
        for_: court, opponent, regulator or insurer.
        exhibit: Ids of the exhibits; all of them without it.
        party: Who gets it: an id of people.yaml, of a party, or of a row of parties.yaml.
        to_place: ISO country it goes to; the party's own without it.
        reason: Why a trade secret may leave without an undertaking, such as a filing under seal.
        out: Folder to put the bundle into; the matter's exports without it.
        json: Print JSON.
    """
    from breachbook import bundle
    from breachbook.chain import Hand
    from breachbook.cli.progress import shown_progress

    file, actor = current.writable(matter)
    request = bundle.Request(for_, tuple(exhibit or ()), party, to_place, reason)
    with shown_progress(wanted=not json) as tell:
        made = bundle.export(Hand(current.library, file, actor), request, out=out, tell=tell)
    told = {
        "folder": str(made.folder),
        "sha256": made.sha256,
        "files": made.files,
        "withheld": made.withheld,
    }
    if json:
        as_json({"matter": matter, **told, "remarks": list(made.remarks)})
    else:
        pairs(told)
        for text in made.remarks:
            remark(text)
        remark("tell the other side the sha256 of MANIFEST.sha256 by another way than the bundle")
    current.tell_engine(matter)
