"""The law as it was read before, kept in the user's cache under a hash of every file it was made from.

Reading it anew takes YAML, pydantic and a package of every country's holidays: over a second that
no command should cost. Nothing here is trusted beyond its hash: what is damaged, or cannot be
written, is done without, and the files are read.
"""

from breachbook.compiled.library import Compiled

__all__ = ["Compiled"]
