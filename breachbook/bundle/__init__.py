"""Makes bundles of evidence that an opponent's expert verifies with other people's tools."""

from breachbook.bundle.contents import contents
from breachbook.bundle.exporting import Exported, Request, export
from breachbook.bundle.material import Material
from breachbook.bundle.wall import AUDIENCES

__all__ = ["AUDIENCES", "Exported", "Material", "Request", "contents", "export"]
