"""What one file of a bag says of many paths, read on only as far as it is asked."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Statements(Generic[T]):
    """Statements about paths, asked for path by path in about the order in which they stand.

    Only what stands before its turn is held: little, when the file is ordered by path; everything,
    at worst, when it is not.

    Args:
        said: Path and statement, in the file's order.
        again: Told path, statement before and statement now, when both are held.

    Attributes:
        early: What was read and not asked for.
    """

    def __init__(self, said: Iterable[tuple[str, T]], again: Callable[[str, T, T], None]) -> None:
        self._said = iter(said)
        self._again = again
        self._next = next(self._said, None)
        self.early: dict[str, T] = {}

    @property
    def is_ended(self) -> bool:
        """Say whether the file was read to its end."""
        return self._next is None

    def take(self, path: str) -> T | None:
        """Take what is said of a path; None when it is not said as far as the order tells."""
        if path in self.early:
            return self.early.pop(path)
        while (given := self._next) and given[0] <= path:
            self._next = next(self._said, None)
            if given[0] == path:
                return given[1]
            self._hold(given)
        return None

    def finish(self) -> None:
        """Read to the end."""
        while given := self._next:
            self._next = next(self._said, None)
            self._hold(given)

    def _hold(self, given: tuple[str, T]) -> None:
        path, said = given
        if path in self.early:
            self._again(path, self.early[path], said)
        self.early[path] = said
