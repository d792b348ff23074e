"""One thing that the doctor looked at."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Item:
    """One thing looked at; ``missing`` limits what can be done, ``unsafe`` should be mended first."""

    about: str
    state: Literal["ok", "missing", "unsafe"]
    text: str
