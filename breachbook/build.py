"""Which code wrote something: hashed once, and put into journals and seals."""

import hashlib
from functools import cache
from pathlib import Path


@cache
def build_sha256() -> str:
    """Hash every file of our own code with its name; 64 lower-case hex digits."""
    package = Path(__file__).parent
    whole = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        whole.update(f"{path.relative_to(package)}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
