"""The wheel, built through the sdist as it is published, in an environment without a checkout."""

import json
import os
import site
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = ("flows", "playbooks", "notices", "examples")
LOAD = """
import json
from pathlib import Path
import breachbook
from breachbook import content
from prefect.flows import load_flow_from_entrypoint

verbs = sorted(path.stem for path in content.shipped("flows").glob("[!_]*.py"))
entrypoints = {verb: content.flow_entrypoint(verb) for verb in verbs}
names = {
    verb: load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False).name
    for verb, entrypoint in entrypoints.items()
}
print(json.dumps({"package": breachbook.__file__, "entrypoints": entrypoints, "names": names}))
"""

pytestmark = pytest.mark.packaging


def run(*command: str | Path, cwd: Path) -> str:
    """Run a program that must succeed, without our own paths, and give what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist from the tracked files, and the wheel from the sdist; give their folder."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def bare(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel, and nothing of the checkout, into a new environment; give its programs.

    The dependencies are those installed here, since setting up from the lock is its own test.
    """
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False)
    [wheel] = built.glob("*.whl")
    target = next(folder.glob("lib/python*/site-packages"))
    run(
        *(sys.executable, "-m", "pip", "--python", folder / "bin" / "python"),
        *("install", "--quiet", "--no-deps", "--no-index", wheel),
        cwd=folder,
    )
    # addsitedir would also follow our editable install's .pth; a plain line does not.
    (target / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n", "utf-8")
    return folder / "bin"


def tracked() -> set[str]:
    """List the tracked files that belong into the wheel, by the path they have in it."""
    folders = ["breachbook", *OUTSIDE]
    listed = subprocess.run(
        ["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, check=True
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    inside = {name for name in names if (ROOT / name).is_file()}
    return {name if name.startswith("breachbook/") else f"breachbook/{name}" for name in inside}


def test_wheel_holds_exactly_the_tracked_files(built: Path) -> None:
    """Nothing is forgotten, and no editor's leftover is shipped."""
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    ours = {name for name in names if ".dist-info/" not in name}
    meta = {name.partition("/")[2] for name in names - ours}

    assert ours == tracked()
    assert {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"} == meta


def test_sdist_holds_what_builds_and_tests_it(built: Path) -> None:
    """From the sdist alone the project can be built, set up and tested."""
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    wanted = {"Makefile", "requirements.lock", "pyproject.toml", "LICENSE", "tests/conftest.py"}
    assert wanted <= names


def test_installed_command_runs_from_another_folder(bare: Path, tmp_path: Path) -> None:
    """The wheel knows its version and finds all of its content faultless."""
    version = run(bare / "breachbook", "--version", cwd=tmp_path)
    run(bare / "breachbook", "lint", cwd=tmp_path)

    assert version.strip().endswith(_version())


def test_installed_flows_are_loaded_by_prefect(bare: Path, tmp_path: Path) -> None:
    """Each flow of the wheel is a module of the package, and loads without a placeholder."""
    printed = run(bare / "python", "-c", LOAD, cwd=tmp_path)
    found = json.loads(printed.splitlines()[-1])
    verbs = {path.stem for path in (ROOT / "flows").glob("[!_]*.py")}

    assert Path(found["package"]).is_relative_to(bare.parent)
    assert found["entrypoints"] == {verb: f"breachbook.flows.{verb}:{verb}" for verb in verbs}
    assert set(found["names"]) == verbs


def test_flows_of_the_checkout_are_loaded_by_prefect(tmp_path: Path) -> None:
    """In a checkout each flow is named by its path, and loads without a placeholder too."""
    printed = run(sys.executable, "-c", LOAD, cwd=tmp_path)
    found = json.loads(printed.splitlines()[-1])

    assert found["entrypoints"] == {
        verb: f"{ROOT / 'flows' / verb}.py:{verb}" for verb in found["names"]
    }


def _version() -> str:
    from breachbook import __version__

    return __version__
