"""One matter's folder: its journal, values and store, and the state folded from them."""

from collections.abc import Callable, Iterable
from pathlib import Path

from breachbook.errors import DamageError, StaleHead
from breachbook.events import Draft, Event
from breachbook.journal import Clock, Journal
from breachbook.matter import Matter
from breachbook.store import Store
from breachbook.values import Values


class MatterFile:
    """One matter on disk.

    Args:
        folder: ``matters/<id>``.
        known_seq: The highest journal line that anything outside the journal saw.
        refusal: Gives why nothing may be recorded in it, or None.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        software: dict[str, str],
        known_seq: Callable[[], int] = lambda: 0,
        refusal: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.folder = folder
        self._refusal = refusal
        self.journal = Journal(folder / "journal.jsonl", clock, software, known_seq)
        self.values = Values(folder / "values.jsonl")
        self.store = Store(folder / "store")
        self._matter = Matter()

    @property
    def exhibits(self) -> Path:
        """Give the folder of its exhibits."""
        return self.folder / "exhibits"

    def refresh(self) -> Matter:
        """Read what was appended since, and give the matter as it now stands."""
        for event in self.journal.read():
            self._matter.apply(event)
        return self._matter

    def transact(
        self, decide: Callable[[Matter], Iterable[Draft]], expected: int | None = None
    ) -> list[Event]:
        """Decide on the newest state and append the result, while nobody else can append.

        Args:
            decide: Pure in the matter; may `values.commit` free text. Runs for milliseconds at most.
            expected: The journal number the caller decided on, or None if ``decide`` decides anew.

        Returns:
            The events appended, durable.

        Raises:
            StaleHead: The journal grew past ``expected``; nothing was appended.
            DamageError: The matter is read-only, for its journal was rolled back or rewritten.
        """
        if (reason := self._refusal()) is not None:
            raise DamageError(reason)
        with self.journal.locked() as writer:
            for event in writer.new:
                self._matter.apply(event)
            if expected is not None and self._matter.seq != expected:
                raise StaleHead(
                    f"{self.folder.name}: line {self._matter.seq} is newer than {expected}"
                )
            try:
                drafts = list(decide(self._matter))
                self.values.flush()
            finally:
                self.values.discard()
            events = writer.append(drafts)
            for event in events:
                self._matter.apply(event)
            return events
