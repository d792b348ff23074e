"""What was read from files is remembered exactly as long as none of them changes."""

from pathlib import Path

import pytest

from breachbook.kept import Kept


class Reading:
    """A file whose text is kept, and how often it was read."""

    def __init__(self, path: Path) -> None:
        self.path, self.times, self.kept = path, 0, Kept()

    def __call__(self) -> str:
        """Give the text, from memory if it may be."""
        return self.kept.get("text", [self.path], self._read)

    def _read(self) -> str:
        self.times += 1
        return self.path.read_text("utf-8") if self.path.exists() else ""


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """A file that was written a moment ago."""
    made = Reading(tmp_path / "rows.yaml")
    made.path.write_text("one", "utf-8")
    return made


def test_file_just_written_is_read_once(reading: Reading) -> None:
    """A workspace that was copied just now costs no more than an old one."""
    assert [reading(), reading(), reading()] == ["one"] * 3
    assert reading.times == 1


def test_file_is_read_anew_when_only_its_bytes_changed(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two writes within the grain of a time stamp leave inode, size and times as they were."""
    same = reading.path.stat()
    monkeypatch.setattr(Path, "stat", lambda _: same)
    before = reading()
    reading.path.write_text("two", "utf-8")

    assert (before, reading()) == ("one", "two")


def test_file_that_goes_and_comes_back_is_read_anew(reading: Reading) -> None:
    """No file is a state like any other."""
    told = [reading()]
    aside = reading.path.rename(reading.path.with_name("aside"))
    told.append(reading())
    aside.replace(reading.path)
    told.append(reading())

    assert told == ["one", "", "one"]
