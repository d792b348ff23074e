"""Checking everything people write: each file whole, then what the files say of each other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from breachbook import content, source
from breachbook.collecting import faults
from breachbook.connectors import load_recipe
from breachbook.deadlines import load_law
from breachbook.errors import ContentError, Problem, UsageError
from breachbook.intake import check_report
from breachbook.layout import MARK
from breachbook.library import Library
from breachbook.notices import lint_kind, load_kind
from breachbook.playbook import Playbook
from breachbook.playbook_lint import Known, load
from breachbook.source import Source, shown
from breachbook.workspace import ROWS, Workspace
from breachbook.workspace_files import Report

Checked = tuple[list[str], list[Problem]]
Check = tuple[str, Callable[[], Iterable[Problem] | None]]


def lint_all(workspace: Workspace | None) -> Checked:
    """Check a workspace with all it may use, or without one the content we ship.

    Returns:
        What was checked, by name, and every problem.
    """
    return _run([*(_workspace(workspace) if workspace else ()), *_content(workspace)])


def lint_own(workspace: Workspace) -> Checked:
    """Check the playbooks, notices and law of a workspace's own, which every report of it needs whole.

    What we ship is passed over; the law is read as it was kept, so that starting waits for nothing.
    """
    return _run(_own(workspace))


def _own(workspace: Workspace) -> Iterator[Check]:
    yield MARK, lambda: _config(workspace)
    if (workspace.root / "law").is_dir():
        yield "law", lambda: _none(Library(workspace).law)
    folders = content.folders("notices", workspace.root)
    for path in sorted((workspace.root / "notices").glob("*/notice.yaml")):
        name = path.parent.name
        yield f"notices/{name}", lambda name=name: lint_kind(folders, name)  # type: ignore[misc]
    paths = sorted((workspace.root / "playbooks").glob("*.yaml"))
    known = _known(workspace) if paths else None
    for path in paths:
        name = f"playbooks/{path.name}"
        yield name, lambda path=path, name=name: _playbook(source.read(path, name), known)  # type: ignore[misc]


def lint_path(path: Path, workspace: Workspace | None) -> Checked:
    """Check one file or folder, by what it is.

    Args:
        workspace: What the file may refer to stands here; None leaves those references unchecked.

    Raises:
        UsageError: It is not there, or nothing says what it is.
    """
    if not path.exists():
        raise UsageError(f"{path}: got nothing there; allowed: a file or folder to check")
    if path.is_dir():
        return _folder(path, workspace)
    return _run([(str(path), lambda: _file(path.resolve(), str(path), workspace)())])


def _run(checks: Iterable[Check]) -> Checked:
    checked: list[str] = []
    problems: dict[Problem, None] = {}
    for name, check in checks:
        checked.append(name)
        try:
            problems |= dict.fromkeys(check() or ())
        except ContentError as error:
            problems |= dict.fromkeys(error.problems)
    return checked, list(problems)


def _workspace(workspace: Workspace) -> Iterator[Check]:
    yield MARK, lambda: _config(workspace)
    yield "people.yaml", lambda: _none(workspace.people)
    for name in ROWS:
        if (workspace.root / f"{name}.yaml").exists():
            yield f"{name}.yaml", lambda name=name: _rows(workspace, name)  # type: ignore[misc]
    for path in sorted((workspace.root / "recipes").glob("*.yaml")):
        yield f"recipes/{path.name}", lambda path=path: _none(load_recipe(path))  # type: ignore[misc]


def _content(workspace: Workspace | None) -> Iterator[Check]:
    root = workspace.root if workspace else None
    yield "law", lambda: _none(load_law(content.law_folders(root)))
    folders = content.folders("notices", root)
    for name in sorted(
        {entry.name for folder in folders for entry in folder.iterdir() if entry.is_dir()}
    ):
        if any((folder / name / "notice.yaml").exists() for folder in folders):
            yield f"notices/{name}", lambda name=name: lint_kind(folders, name)  # type: ignore[misc]
    known = _known(workspace)
    for folder in content.folders("playbooks", root):
        for path in sorted(folder.glob("*.yaml")):
            name = f"playbooks/{path.name}"
            yield name, lambda path=path, name=name: _playbook(source.read(path, name), known)  # type: ignore[misc]


def _none(_: object) -> None:
    """Take what was read only to see that it can be."""


def _config(workspace: Workspace) -> Iterator[Problem]:
    known = {
        path.stem
        for folder in content.folders("playbooks", workspace.root)
        for path in folder.glob("*.yaml")
    }
    for vector, playbook in workspace.config.playbooks.items():
        if playbook not in known:
            yield Problem(
                MARK,
                None,
                f"playbooks.{vector}",
                shown(playbook),
                f"one of {', '.join(sorted(known))}",
            )


def _rows(workspace: Workspace, name: str) -> Iterator[Problem]:
    """Check one file of rows, then each id in it that must stand in another file."""
    read = source.read(workspace.root / f"{name}.yaml", f"{name}.yaml")
    rows = getattr(source.validate(read, ROWS[name]), name)
    workspace.rows(name)
    for index, row in enumerate(rows):
        for path, id_, file in _references(name, row):
            ids = _ids(workspace, file)
            if ids is not None and id_ not in ids:
                allowed = f"an id of {file}: {', '.join(sorted(ids)) or 'none yet'}"
                yield read.problem((name, index, *path), id_, allowed)
        if name == "sources":
            for key, got, allowed in faults(row.model_dump()):
                yield read.problem((name, index, key), got, allowed)
        for number, access in enumerate(row.access if name == "trade_secrets" else ()):
            if (access.person is None) == (access.party is None):
                yield read.problem(
                    (name, index, "access", number),
                    "both or neither",
                    "person or party, one of them",
                )


def _references(name: str, row: Any) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if name == "accounts":
        yield ("recipe",), row.recipe, "recipes/"
        yield ("party",), row.party, "parties.yaml"
        if row.source:
            yield ("source",), row.source, "sources.yaml"
    elif name == "agreements":
        yield ("counterparty",), row.counterparty, "parties.yaml"
    elif name == "trade_secrets":
        for number, access in enumerate(row.access):
            if access.person:
                yield ("access", number, "person"), access.person, "people.yaml"
            if access.party:
                yield ("access", number, "party"), access.party, "parties.yaml"


def _ids(workspace: Workspace, file: str) -> set[str] | None:
    """Give the ids that a file offers; None when it has problems of its own, which are told there."""
    try:
        if file == "recipes/":
            return {path.stem for path in (workspace.root / "recipes").glob("*.yaml")}
        return set(
            workspace.people.by_id
            if file == "people.yaml"
            else workspace.rows(file.removesuffix(".yaml"))
        )
    except ContentError:
        return None


def _known(workspace: Workspace | None) -> Known | None:
    """Say what playbooks may refer to; None when law, notices or the workspace have problems, told elsewhere."""
    try:
        if workspace is not None:
            return Library(workspace).known()
        law, folders = load_law(content.law_folders()), content.folders("notices")
        kinds = [
            load_kind(folders, path.parent.name)
            for f in folders
            for path in sorted(f.glob("*/notice.yaml"))
        ]
    except ContentError:
        return None
    return Known(
        notices={kind.id: kind.audience for kind in kinds},
        dockets=frozenset(law.dockets),
        triggers=frozenset(law.triggers),
    )


def _playbook(read: Source, known: Known | None) -> None:
    if known is None:
        source.validate(read, Playbook)
    else:
        load(read, known)


def _folder(path: Path, workspace: Workspace | None) -> Checked:
    folder = path.resolve()
    root = workspace.root if workspace else None
    if (folder / MARK).is_file():
        return lint_all(Workspace(folder))
    if (folder / "notice.yaml").is_file():
        return _run(
            [
                (
                    str(path),
                    lambda: lint_kind(
                        [folder.parent, *content.folders("notices", root)], folder.name
                    ),
                )
            ]
        )
    kinds = sorted(entry for entry in folder.iterdir() if (entry / "notice.yaml").is_file())
    if kinds:
        return _merged([_folder(kind, workspace) for kind in kinds])
    if folder.name == "law" or (folder / "triggers.yaml").is_file():
        known = content.law_folders(root)
        return _run(
            [
                (
                    str(path),
                    lambda: _none(load_law([*known, *([folder] if folder not in known else [])])),
                )
            ]
        )
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise UsageError(
            f"{path}: got a folder without anything to check; allowed: a workspace, playbooks, notices, recipes or law"
        )
    return _merged([lint_path(path / file.name, workspace) for file in files])


def _merged(parts: Sequence[Checked]) -> Checked:
    return [name for names, _ in parts for name in names], [
        problem for _, found in parts for problem in found
    ]


def _file(
    path: Path, name: str, workspace: Workspace | None
) -> Callable[[], Iterable[Problem] | None]:
    root = workspace.root if workspace else None
    if path.name == "notice.yaml" or path.name.endswith(".j2"):
        return lambda: lint_kind(
            [path.parent.parent, *content.folders("notices", root)], path.parent.name
        )
    if path.name == MARK or path.stem in ("people", *ROWS):
        own = Workspace(path.parent)
        return dict(_workspace(own))[path.name]
    read = source.read(path, name)
    data = read.data if isinstance(read.data, dict) else {}
    if path.parent.name == "recipes" or "connector" in data:
        return lambda: _none(load_recipe(path))
    if "reporter" in data:
        if workspace is None:
            return lambda: _none(source.validate(read, Report))
        return lambda: _none(check_report(workspace, Library(workspace), read))
    if path.parent.name == "playbooks" or "steps" in data:
        return lambda: _playbook(read, _known(workspace))
    if data.keys() & {"rules", "procedure", "triggers", "calendar"}:
        folder = path.parent if "triggers" in data else path.parent.parent
        known = content.law_folders(root)
        return lambda: _none(load_law([*known, *([folder] if folder not in known else [])]))
    raise UsageError(
        f"{name}: got a file of no known kind; allowed: a playbook, notice, recipe, law, report or file of a workspace"
    )
