"""The compiled law: the same as its files say, read without them, and never believed when it is harmed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from breachbook.compiled import Compiled
from breachbook.compiled.kept import Kept
from breachbook.compiled.rules import law_lines
from breachbook.content import law_folders
from breachbook.deadlines import Law, load_law
from breachbook.deadlines.loading import load_calendars
from breachbook.errors import ContentError
from breachbook.library import Library
from breachbook.workspace import Workspace
from tests.cases_core import Case
from tests.counts import law
from tests.test_law import CORPUS, files, place

NEW_YEAR = date(2026, 1, 1)
CALENDAR = CORPUS / "valid" / "calendar-of-every-kind-of-day.yaml"


def kept(cache: Path, kind: str) -> list[Path]:
    """List what was kept of one kind."""
    return sorted((cache / "breachbook").glob(f"{kind}-*"))


def compiled(folders: list[Path], cache: Path) -> Compiled:
    """Compile folders of law, or read what was kept of them."""
    return Compiled(folders, {"XDG_CACHE_HOME": str(cache)})


def parts(of: Law) -> tuple[object, ...]:
    """Give everything of the law but its calendars, in its order."""
    return (
        [(id, of.rules[id]) for id in of.rules],
        of.triggers,
        list(of.dockets.items()),
        list(of.by_trigger.items()),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder of law with a calendar."""
    (found,) = place(CALENDAR, tmp_path)
    return found


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the law we ship."""
    cache = tmp_path_factory.mktemp("cache")
    assert compiled([*law_folders()], cache).law.rules
    return cache


def test_kept_law_is_the_law_of_its_files(shipped: Path) -> None:
    """Every version of every rule, trigger, docket and calendar comes back as its file has it."""
    found = compiled([*law_folders()], shipped).law

    assert parts(found) == parts(law())
    assert dict(found.calendars.texts) == dict(law().calendars.texts)


def test_kept_calendars_have_the_days_of_their_files(shipped: Path) -> None:
    """The years that were kept are those that the files and packages give."""
    found = compiled([*law_folders()], shipped).calendars

    for name, text in law().calendars.texts.items():
        if not text.needs_subdivision:
            found.view((name,)).is_closed(NEW_YEAR)
            law().calendars.view((name,)).is_closed(NEW_YEAR)
    anew = {(name, number): year for name, number, year in law().calendars.years()}
    known = {(name, number): year for name, number, year in found.years()}
    assert len(known) > 100
    assert not found.has_read_more()
    assert {key: anew[key] for key in anew if key in known} == {
        key: known[key] for key in anew if key in known
    }


def test_kept_law_is_read_without_anything_slow(shipped: Path) -> None:
    """Reading it, building every rule and asking a part of a country import no YAML, pydantic or holidays."""
    heavy = ["pydantic", "yaml", "holidays", "chinese_calendar", "rich"]
    code = (
        "import os, sys; from datetime import date; from breachbook.compiled import Compiled;"
        " from breachbook.content import law_folders; made = Compiled(law_folders(), os.environ);"
        " found = made.law; [found.rules[id] for id in found.rules];"
        " found.calendars.view(('DE-NW',)).is_closed(date(2026, 6, 4)); made.keep();"
        f" print([name for name in {heavy} if name in sys.modules])"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(shipped)}

    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        for _ in range(2)
    ]

    assert "holidays" in runs[0].stdout
    assert runs[1].stdout == "[]\n"


@pytest.mark.parametrize("path", files("valid"), ids=lambda path: path.stem)
def test_every_valid_file_of_law_can_be_kept(path: Path, tmp_path: Path) -> None:
    """Whatever a law file may hold comes back the same."""
    folders = place(path, tmp_path)

    found = compiled(folders, tmp_path / "cache").law
    again = compiled(folders, tmp_path / "cache").law

    assert len(kept(tmp_path / "cache", "law")) == 1
    assert parts(found) == parts(again) == parts(load_law(folders))
    assert dict(again.calendars.texts) == dict(found.calendars.texts)


def test_law_that_would_not_come_back_the_same_is_not_kept(folder: Path) -> None:
    """A rule that differs from what its file has is no rule to be read from lines."""
    found = load_law([folder])
    ((first, *_), *_) = found.rules.values()
    other = {**found.rules, first.id: (replace(first, note="other"),)}

    assert law_lines(found) is not None
    assert law_lines(replace(found, rules=other)) is None


@pytest.mark.parametrize(
    "harm",
    [
        lambda raw: b"",
        lambda raw: raw[:-1],
        lambda raw: raw.replace(b"14 days", b"15 days"),
        lambda raw: raw.split(b"\n", 1)[1],
        lambda raw: b"\xff\xfe" + raw,
        lambda raw: b"[]",
    ],
    ids=["empty", "cut", "changed", "unsealed", "prefixed", "other"],
)
def test_damaged_cache_is_read_anew(
    harm: Callable[[bytes], bytes], folder: Path, tmp_path: Path
) -> None:
    """One changed byte, and the files are read again and kept again."""
    cache = tmp_path / "cache"
    before = parts(compiled([folder], cache).law)
    whole = [path.read_bytes() for path in (*kept(cache, "law"), *kept(cache, "calendars"))]
    for path in (*kept(cache, "law"), *kept(cache, "calendars")):
        path.write_bytes(harm(path.read_bytes()))

    after = compiled([folder], cache).law

    assert parts(after) == before
    assert after.rules["us-reply"][0].period == load_law([folder]).rules["us-reply"][0].period
    assert [
        path.read_bytes() for path in (*kept(cache, "law"), *kept(cache, "calendars"))
    ] == whole


def test_any_changed_file_is_read_anew(folder: Path, tmp_path: Path) -> None:
    """A law whose text changed is another law, even if its time and size stay the same."""
    path, cache = folder / "us" / "appeal.yaml", tmp_path / "cache"
    assert str(compiled([folder], cache).law.rules["us-reply"][0].period) == "14 days"
    status = path.stat()
    path.write_text(path.read_text("utf-8").replace("14 days", "15 days"), "utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    found = compiled([folder], cache).law

    assert str(found.rules["us-reply"][0].period) == "15 days"
    assert len(kept(cache, "law")) == 2
    assert len(kept(cache, "calendars")) == 1


def test_cache_that_cannot_be_written_is_done_without(folder: Path, tmp_path: Path) -> None:
    """A home that is a file, a relative one or none at all changes nothing but the time."""
    blocked = tmp_path / "file"
    blocked.write_text("")

    for environment in ({"XDG_CACHE_HOME": str(blocked)}, {"XDG_CACHE_HOME": "cache"}, {}):
        made = Compiled([folder], environment)
        made.calendars.view(("US",)).is_closed(date(2031, 1, 1))
        made.keep()

        assert parts(made.law) == parts(load_law([folder]))


def test_folder_that_others_may_write_is_not_believed(folder: Path, tmp_path: Path) -> None:
    """Law that somebody else may have put there is neither read nor written."""
    cache = tmp_path / "cache"
    (cache / "breachbook").mkdir(parents=True)
    assert compiled([folder], cache).law.rules
    (path,) = kept(cache, "law")
    lines = path.read_bytes().replace(b"14 days", b"99 days").split(b"\n")[1:]
    Kept({"XDG_CACHE_HOME": str(cache)}).write("law", path.stem.partition("-")[2], lines)
    assert str(compiled([folder], cache).law.rules["us-reply"][0].period) == "99 days"
    planted = path.read_bytes()
    (cache / "breachbook").chmod(0o770)

    found = compiled([folder], cache).law

    assert str(found.rules["us-reply"][0].period) == "14 days"
    assert path.read_bytes() == planted


def test_cache_is_closed_to_others_and_does_not_grow(folder: Path, tmp_path: Path) -> None:
    """The folder is made for its owner alone, and laws that were changed since make room."""
    cache, path = tmp_path / "cache", folder / "us" / "appeal.yaml"
    for number in range(12):
        path.write_text(f"{path.read_text('utf-8')}# {number}\n", "utf-8")
        assert compiled([folder], cache).law.rules

    assert (cache / "breachbook").stat().st_mode & 0o777 == 0o700
    assert len(kept(cache, "law")) == 8
    assert len([*(cache / "breachbook").iterdir()]) == 9


def test_years_that_were_read_are_kept_with_the_others(folder: Path, tmp_path: Path) -> None:
    """What a count read of a calendar the next one finds, and what nobody asked for stays kept."""
    cache = tmp_path / "cache"
    first = compiled([folder], cache)
    first.calendars.view(("US",)).is_closed(date(2041, 5, 1))
    first.keep()
    second = compiled([folder], cache)
    second.calendars.view(("US",)).is_closed(date(2042, 5, 1))
    second.keep()

    third = compiled([folder], cache).calendars
    third.view(("US",)).is_closed(date(2041, 5, 1))

    assert {number for _, number, _ in third.years()} >= {2025, 2026, 2030, 2041, 2042}
    assert not third.has_read_more()


def test_calendar_defined_twice_is_refused_as_the_law_refuses_it(
    folder: Path, tmp_path: Path
) -> None:
    """An own calendar never takes the place of ours unnoticed."""
    own = tmp_path / "own"
    (own / "calendars").mkdir(parents=True)
    (text,) = (folder / "calendars").glob("*.yaml")
    (own / "calendars" / text.name).write_bytes(text.read_bytes())
    assert load_calendars(own / "calendars")

    with pytest.raises(ContentError, match="each calendar once"):
        assert compiled([folder, own], tmp_path / "cache").calendars


def test_library_of_a_workspace_reads_its_own_law_from_the_cache(
    tmp_path: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules of the organisation stand beside ours, and the next process reads both from one file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = Case.install(tmp_path / "w").workspace.root
    own = root / "law" / "acme" / "house.yaml"
    own.parent.mkdir(parents=True)
    text = (CORPUS / "ours" / "us" / "appeal.yaml").read_text("utf-8")
    text = text.replace("procedure: appeal", "procedure: house").replace(
        "jurisdiction: us", "jurisdiction: acme"
    )
    text = text.replace("id: us-", "id: acme-").replace("paper-served", "us-complaint-filed")
    own.write_text(text, "utf-8")

    first, second = (Library(Workspace(root)).law for _ in range(2))

    assert first.rules["acme-reply"] == second.rules["acme-reply"]
    assert set(first.rules) - set(law().rules) == {"acme-reply", "acme-gate"}
    assert len(kept(tmp_path / "cache", "law")) == 1
    assert json.loads(second.rules["acme-reply"][0].written)["period"] == "14 days"
