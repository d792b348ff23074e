"""The kinds of sources there are, and what collects each; a collector's module is read when it is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, cast

from breachbook.collecting.contract import Collector


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of source.

    Attributes:
        at: Keys of sources.yaml that may say where it is, one of them; none for what is handed in.
        collector: Where its function stands, ``module:function`` below this package.
        in_place: What is sealed is the source itself; otherwise a collector fills the bench's folder.
        correspondence: It holds what people wrote to each other: a legal basis is asked for.
        programs: One of these is wanted on this machine; empty where none is.
        by_hand: It may be named on the command line; otherwise only a source of sources.yaml.
    """

    at: tuple[Literal["path", "url", "command", "channel"], ...]
    collector: str
    in_place: bool = False
    correspondence: bool = False
    by_hand: bool = True
    programs: tuple[str, ...] = ()

    def load(self) -> Collector:
        """Give the collector."""
        module, _, name = self.collector.partition(":")
        return cast(Collector, getattr(import_module(f"breachbook.collecting.{module}"), name))


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

KINDS: Mapping[str, Kind] = {
    "folder": Kind(("path",), "files:folder", in_place=True),
    "file": Kind(("path",), "files:file", in_place=True),
    "mail": Kind(("path",), "mail:mail", in_place=True, correspondence=True),
    "web": Kind(("url",), "web:web", programs=BROWSERS),
    "git": Kind(("path", "url"), "git:git", programs=("git",)),
    "command": Kind(("command",), "command:command", by_hand=False),
    "s3": Kind(("url",), "objects:bucket", by_hand=False),
    "sftp": Kind(("url",), "sftp:server", by_hand=False),
    "imap": Kind(("url",), "imap:mailbox", correspondence=True, by_hand=False),
    "upload": Kind((), "files:folder", in_place=True, by_hand=False),
    "slack-message": Kind((), "files:folder", in_place=True, correspondence=True, by_hand=False),
    "slack-channel": Kind(("channel",), "channel:channel", correspondence=True, by_hand=False),
}
