"""One-time links into the private pages, shared by files between the command line and the desk.

A link is a file named by the SHA-256 of its secret in a folder only the workspace's owner can
write; taking it is removing it, which the file system lets happen once.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from breachbook.canonical import sha256

LIVES = timedelta(minutes=10)
SESSION_LIVES = timedelta(hours=8)


def issue(folder: Path, person: str, now: datetime) -> str:
    """Make a one-time secret for `person`, good for ten minutes, to go after ``/enter?key=``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(32)
    path = folder / sha256(secret.encode())
    path.touch(mode=0o600)
    path.write_text(json.dumps({"person": person, "until": (now + LIVES).isoformat()}))
    return secret


def redeem(folder: Path, secret: str, now: datetime) -> str | None:
    """Use a secret up and give its person; None when unknown, used or too old."""
    path = folder / sha256(secret.encode("utf-8", "replace"))
    try:
        link = json.loads(path.read_text())
        path.unlink()
    except (OSError, ValueError):
        return None
    return str(link["person"]) if now < datetime.fromisoformat(link["until"]) else None


@dataclass(frozen=True, slots=True)
class _Session:
    person: str
    until: datetime


class Sessions:
    """Who is signed in, in memory: a restarted desk asks for a new link."""

    def __init__(self) -> None:
        self._by_digest: dict[str, _Session] = {}

    def start(self, person: str, now: datetime) -> str:
        """Sign a person in for eight hours and give the cookie's value."""
        self._by_digest = {
            digest: session for digest, session in self._by_digest.items() if now < session.until
        }
        cookie = secrets.token_urlsafe(32)
        self._by_digest[sha256(cookie.encode())] = _Session(person, now + SESSION_LIVES)
        return cookie

    def person(self, cookie: str, now: datetime) -> str | None:
        """Give the person of a cookie, or None."""
        session = self._by_digest.get(sha256(cookie.encode("utf-8", "replace")))
        return session.person if session and now < session.until else None

    def end(self, cookie: str) -> None:
        """Sign out; an unknown cookie is a no-op."""
        self._by_digest.pop(sha256(cookie.encode("utf-8", "replace")), None)
