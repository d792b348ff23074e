"""What every collector promises: it lays one source ready to be sealed, says how, and changes nothing there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from breachbook.custody import Described, Finding


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be collected.

    Attributes:
        kind: A key of `registry.KINDS`.
        source: Its id in sources.yaml; ``-`` when a person named it on the command line.
        at: Where it is: an absolute path, an address or a channel, as the kind has it; empty for a command.
        command: Program and arguments, for a command.
        place: ISO country where the source is stored; empty where that is not known.
        stored: ISO country where the exhibit will be stored.
        legal_basis: On what mail or chat may be collected; goes to the matter's values, not into the bag.
        works_council: ``agreed``, ``informed``, ``not-required``, ``pending`` or empty.
        seconds: How long a program or a server may take.
        secret: ``env:NAME``, the variable that holds a password, or the path of a key file; or empty.
        known_hosts: Absolute path of the file with the keys of SFTP servers; or empty.
        server: Base address of Slack's Web API, for a channel; or empty.
    """

    kind: str
    source: str
    title: str
    at: str
    place: str
    stored: str
    command: tuple[str, ...] = ()
    personal_data: bool = False
    state_secret: bool = False
    trade_secret: bool = False
    legal_basis: str = ""
    works_council: str = ""
    seconds: int = 300
    secret: str = ""
    known_hosts: str = ""
    server: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a collector may use.

    Attributes:
        folder: Private, hidden, empty, mode 0700; removed when its content is sealed.
        example: The workspace is an example: no server but this machine may be reached. Otherwise
            only public addresses may.
        now: Gives the aware present.
        environment: Where a secret that is named ``env:NAME`` is looked up; it goes into no record.
        tell: Told from time to time how many bytes were gathered.
    """

    folder: Path
    example: bool
    now: Callable[[], datetime]
    environment: Mapping[str, str]
    tell: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of gathering a source; the source itself, or the bench's folder, is sealed next.

    Attributes:
        account: What was done, as canonical JSON takes it: ``programs`` (name to version), what was
            asked and answered, how to do it again without Breachbook. Goes into the exhibit's record;
            never a secret, never content.
        tags: Further tag files, by name.
        findings: What was seen while gathering; paths are those below what is sealed.
        describe: Called with the folder of the copies: what can only be said of what is preserved.
    """

    account: Mapping[str, object] = field(default_factory=dict)
    tags: Mapping[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    describe: Callable[[Path], Described] | None = None


class Collector(Protocol):
    """One way to gather one kind of source."""

    def __call__(self, order: Order, bench: Bench) -> Gathered:
        """Gather a source.

        What is missing or odd becomes a finding; what cannot be gathered at all is an error.

        Raises:
            CustodyError: Nothing of it could be gathered.
            OSError: The bench's disk refused.
        """
        ...
