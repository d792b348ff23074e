"""Everything a bundle holds beside the bags, as bytes: the same matter, head and audience give the same bytes."""

from breachbook.bundle.acquisition import acquisition
from breachbook.bundle.forms import forms, page
from breachbook.bundle.material import Material
from breachbook.bundle.pinned import pinned
from breachbook.bundle.procedure import PAGES, procedures
from breachbook.bundle.provenance import provenance
from breachbook.documents.custody_form import custody_report


def contents(material: Material) -> dict[str, bytes]:
    """Make every file of a bundle but the bags, the list of files and its signature, by path.

    Raises:
        VerificationError: A seal, a checkpoint or a record is not what Breachbook writes.
        StoreError: A time-stamp that the journal names is not kept.
        ContentError: A paper could not be printed.
    """
    known = {one.id: acquisition(material, one) for one in material.sealed}
    file, matter = material.walled()
    files = pinned(material)
    files |= material.disclosure.files(material.file.values)
    for exhibit in known:
        report = custody_report(material.workspace, file, matter, exhibit)
        files |= {f"custody/{name}": data for name, data in report.items()}
    files |= forms(material, known)
    files["provenance.jsonld"] = provenance(material, known)
    for language, text in procedures(material, files).items():
        files[f"{PAGES[language]}.txt"] = text.encode()
        files[f"{PAGES[language]}.pdf"] = page(material, text, language)
    return files
