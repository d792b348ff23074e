"""What the doctor looks at: the workspace's files, the machine it runs on, and how far the law library reaches."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from breachbook import content, layout
from breachbook.cli import anchor_places, time_stamps
from breachbook.cli.looked_at import Item
from breachbook.deadlines import load_law
from breachbook.errors import BreachbookError
from breachbook.workspace import Workspace

_HORIZON = timedelta(days=180)
_READ_LONG_AGO = timedelta(days=365)
_ROOM = 2 * 1024**3


def examine(workspace: Workspace, environment: Mapping[str, str]) -> list[Item]:
    """Look at everything; what cannot be looked at is said in its place."""
    looks: tuple[tuple[str, Callable[[], Iterator[Item]]], ...] = (
        ("files", lambda: _files(workspace)),
        ("people", lambda: _people(workspace)),
        ("slack", lambda: _slack(workspace, environment)),
        ("recipes", lambda: _recipes(workspace, environment)),
        ("sources", lambda: _sources(workspace)),
        ("time-stamps", lambda: time_stamps.look(workspace)),
        ("anchors", lambda: anchor_places.look(workspace)),
        ("letters", lambda: _letters()),
        ("clock", lambda: _clock(workspace)),
        ("machine", lambda: _machine(workspace)),
        ("law", lambda: _law(workspace)),
        ("engine", lambda: _engine(workspace)),
    )
    found: list[Item] = []
    for about, look in looks:
        try:
            found += look()
        except (BreachbookError, OSError, ImportError) as error:
            found.append(Item(about, "unsafe", str(error)))
    return found


def _files(workspace: Workspace) -> Iterator[Item]:
    open_ = [
        path
        for path in (
            workspace.root,
            workspace.root / "run",
            workspace.matters_folder,
            workspace.root / layout.SEAL_KEY,
        )
        if path.exists() and path.stat().st_mode & 0o077
    ]
    for path in open_:
        mode = stat.S_IMODE(path.stat().st_mode)
        yield Item(
            "files",
            "unsafe",
            f"{path} has mode {mode:o}: others can look into it; run chmod go= on it",
        )
    if not open_:
        yield Item("files", "ok", f"{workspace.root} is closed to others")
    if workspace.root.stat().st_uid != os.getuid():
        yield Item(
            "files",
            "unsafe",
            f"{workspace.root} belongs to user {workspace.root.stat().st_uid}, you are {os.getuid()}",
        )


def _people(workspace: Workspace) -> Iterator[Item]:
    people = workspace.people
    me = people.by_uid(os.getuid())
    if me:
        yield Item("people", "ok", f"your user id {os.getuid()} is {me}")
    elif workspace.example:
        yield Item("people", "ok", "an example: act with --as PERSON")
    else:
        yield Item(
            "people",
            "missing",
            f"your user id {os.getuid()} is nobody's; add os_uid: {os.getuid()} to your row",
        )
    without = [person.id for person in people.by_id.values() if person.slack is None]
    if without and workspace.config.slack:
        yield Item(
            "people",
            "missing",
            f"without slack: {', '.join(without)}; they get no card and no message",
        )
    held = {role for person in people.by_id.values() for role in person.roles}
    lacking = [
        role
        for role in ("general-counsel", "ip-counsel", "outside-counsel", "docketing-clerk")
        if role not in held
    ]
    if lacking:
        yield Item("people", "missing", f"nobody is {', '.join(lacking)}")


def _slack(workspace: Workspace, environment: Mapping[str, str]) -> Iterator[Item]:
    if workspace.config.slack is None:
        yield Item(
            "slack",
            "missing",
            "no [slack] in breachbook.toml: decisions are taken on the command line only",
        )
        return
    # Socket Mode knows Slack by its own connection; over HTTP each request is signed.
    way = "SLACK_APP_TOKEN" if workspace.config.slack.socket_mode else "SLACK_SIGNING_SECRET"
    for name in ("SLACK_BOT_TOKEN", way):
        if not environment.get(name):
            yield Item(
                "slack",
                "missing",
                f"{name} is not in the environment; `up --demo-slack` uses a local stand-in",
            )
    base = workspace.config.slack.base_url
    if base.startswith("http://") and not workspace.example:
        yield Item("slack", "unsafe", f"{base} is not encrypted")
    teams = {p.slack.team_id for p in workspace.people.by_id.values() if p.slack} - {
        workspace.config.slack.team_id
    }
    if teams:
        yield Item(
            "slack",
            "unsafe",
            f"people.yaml pins people to other teams than breachbook.toml: {', '.join(sorted(teams))}",
        )


def _recipes(workspace: Workspace, environment: Mapping[str, str]) -> Iterator[Item]:
    import re

    for path in sorted((workspace.root / "recipes").glob("*.yaml")):
        names = sorted(set(re.findall(r"\benv:([A-Z][A-Z0-9_]*)", path.read_text("utf-8"))))
        for name in names:
            if not environment.get(name):
                yield Item(
                    "recipes",
                    "missing",
                    f"recipes/{path.name} needs {name}, which is not in the environment",
                )


def _sources(workspace: Workspace) -> Iterator[Item]:
    from breachbook.collecting import KINDS

    for id_, row in workspace.rows("sources").items():
        programs = KINDS[row["kind"]].programs
        if programs and not any(map(shutil.which, programs)):
            yield Item("sources", "missing", f"{id_}: no {' or '.join(programs)} on this machine")
        if not row["path"]:
            continue
        path = workspace.root / row["path"]
        wanted = {"folder": "a folder", "file": "a file"}.get(row["kind"], "there")
        if not {"folder": path.is_dir, "file": path.is_file}.get(row["kind"], path.exists)():
            yield Item("sources", "missing", f"{id_}: {path} is not {wanted}")
        elif not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
            yield Item(
                "sources",
                "unsafe",
                f"{id_}: {path} cannot be read by you; it would be sealed as unreadable",
            )


def _letters() -> Iterator[Item]:
    import importlib.util

    import pypandoc

    yield Item("letters", "ok", f"pandoc {pypandoc.get_pandoc_version()}")
    for module, what in (
        ("typst", "PDF/A"),
        ("pylopdf_fonts_zh_cn", "Chinese fonts"),
        ("pylopdf_fonts_zh_tw", "fonts of Taiwan"),
        ("pylopdf_fonts_jp", "Japanese fonts"),
        ("pylopdf_fonts_ko", "Korean fonts"),
    ):
        if importlib.util.find_spec(module) is None:
            yield Item("letters", "missing", f"{what}: the package {module} is not installed")


def _clock(workspace: Workspace) -> Iterator[Item]:
    synced = workspace.clock()[1].get("synced")
    state: Literal["ok", "missing", "unsafe"] = (
        "ok" if synced else "missing" if synced is None else "unsafe"
    )
    text = {
        True: "synchronised",
        False: "this machine's clock is not synchronised; every line of a journal says so",
    }
    yield Item(
        "clock",
        state,
        text.get(bool(synced), "")
        if synced is not None
        else "the system does not say whether it is synchronised",
    )


def _machine(workspace: Workspace) -> Iterator[Item]:
    if shutil.which("openssl") is None:
        yield Item(
            "machine",
            "missing",
            "openssl: an opponent's expert will need it to check a seal; Breachbook does not",
        )
    free = shutil.disk_usage(workspace.root).free
    state: Literal["ok", "unsafe"] = "ok" if free > _ROOM else "unsafe"
    yield Item("machine", state, f"{free // 1024**2} MiB free for journals and exhibits")


def _law(workspace: Workspace) -> Iterator[Item]:
    law = load_law(content.law_folders(workspace.root))
    today = workspace.now().date()
    for calendar in law.calendars.texts.values():
        if calendar.known_until < today + _HORIZON:
            yield Item(
                "law",
                "missing",
                f"court calendar {calendar.id} is known until {calendar.known_until}: later dates are provisional",
            )
    rules = [version for versions in law.rules.values() for version in versions]
    yield from _checked(rules_checked={rule.id: rule.checked_on for rule in rules}, today=today)
    unverified = sum(rule.status == "unverified" for rule in rules)
    yield Item(
        "law",
        "ok",
        f"{len(law.rules)} rules, {unverified} of them not read in a source; `breachbook rules` names them",
    )


def _checked(rules_checked: Mapping[str, date], today: date) -> Iterator[Item]:
    old = [rule for rule, checked in rules_checked.items() if checked < today - _READ_LONG_AGO]
    if old:
        yield Item("law", "missing", f"last read over a year ago: {', '.join(old)}")


def _engine(workspace: Workspace) -> Iterator[Item]:
    beat: Path = workspace.run / "heartbeat.json"
    if not beat.exists():
        yield Item("engine", "missing", "not running; start it with `breachbook up`")
        return
    age = workspace.now().timestamp() - beat.stat().st_mtime
    state: Literal["ok", "missing"] = "ok" if age < 180 else "missing"
    yield Item("engine", state, f"last looked {round(age)} s ago")
