"""Removes each flush, lock and check of sealer and verifier in turn: a test has to fail; run by ``make crash``."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]

# Module, what stands there, what the mutant has instead, and tests one of which must then fail.
_MUTANTS = [
    ("copying", "    if how.sync:", "    if False:", "test_seal_crash.py -k power_cut"),
    ("copying", "_READ | os.O_NOATIME", "_READ", "test_seal.py -k never_touches"),
    ("copying", " | os.O_NONBLOCK", "", "test_seal.py -k pipe_put"),
    (
        "copying",
        "os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW",
        "os.O_PATH | os.O_DIRECTORY",
        "test_seal.py -k swapped",
    ),
    (
        "copying",
        "if not stat.S_ISREG(before.st_mode):",
        "if False:",
        "test_seal.py -k pipe_put",
    ),
    (
        "copying",
        "facts[3:9] != stat_row(os.fstat(origin))[3:9]",
        "False",
        "test_seal_sources.py -k moves_under",
    ),
    (
        "copying",
        "size != before.st_size or",
        "",
        "test_seal_sources.py -k ends_before",
    ),
    (
        "copying",
        "    if changed and large:",
        "    if False:",
        "test_seal_sources.py -k moves_under",
    ),
    (
        "copying",
        "min(size, os.fstat(origin).st_size)",
        "size",
        "test_seal_sources.py -k cut_between",
    ),
    ("copying", "error.errno in _FATAL or ", "", "test_seal_crash.py -k failing_disk"),
    (
        "copying",
        "os.utime(target, ns=(before.st_mtime_ns, before.st_mtime_ns))",
        "pass",
        "test_seal.py -k other_peoples",
    ),
    ("flush", "if library.syncfs(bag):", "if False:", "test_seal_crash.py -k power_cut"),
    ("flush", "        raise faults[0]", "        pass", "test_seal_crash.py -k failing_disk"),
    ("flush", "sync_folder(Path(folder))", "pass", "test_seal_crash.py -k power_cut"),
    ("tag_files", "os.fsync(self._stream.fileno())", "pass", "test_seal_crash.py -k power_cut"),
    ("tag_files", "sync_tags(self._bag)", "pass", "test_seal_crash.py -k power_cut"),
    ("staging", "os.fsync(descriptor)", "pass", "test_seal_crash.py -k power_cut"),
    (
        "staging",
        "            sync_folder(self.final.parent)\n            self.bag",
        "            self.bag",
        "test_seal_crash.py -k power_cut",
    ),
    (
        "staging",
        "self.bag.rename(self.final)\n            sync_folder(self.final.parent)",
        "self.bag.rename(self.final)",
        "test_seal_crash.py -k power_cut",
    ),
    (
        "staging",
        "staged.rename(seal_path(self.final))\n            sync_folder(self.final.parent)\n"
        "            self.bag.rename(self.final)",
        "self.bag.rename(self.final)\n            sync_folder(self.final.parent)\n"
        "            staged.rename(seal_path(self.final))",
        "test_seal_crash.py -k power_cut",
    ),
    ("staging", "sync_folder(folder.parent)", "pass", "test_seal_crash.py -k power_cut"),
    (
        "staging",
        "fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "pass",
        "test_seal_crash.py -k waits_for_nobody",
    ),
    (
        "staging",
        "if folder.exists() and os.path.samestat(os.fstat(lock), folder.stat()):",
        "if True:",
        "test_seal_crash.py -k still_there",
    ),
    (
        "staging",
        "            self._withdraw()\n",
        "",
        "test_seal_crash.py -k failing_disk",
    ),
    ("acquisition", "    if differing:", "    if False:", "test_seal_sources.py -k otherwise"),
    ("acquisition", "    if needed > free:", "    if False:", "test_seal_sources.py -k room"),
    ("account", "    if moved:", "    if False:", "test_seal_sources.py -k was_moved"),
    (
        "acquisition",
        "exhibits.resolve().is_relative_to(source.resolve())",
        "False",
        "test_seal.py -k holds_the_exhibits",
    ),
    (
        "payload",
        "if row == [copied.size, copied.digest]:",
        "if row[0] >= 0:",
        "test_seal_resume.py -k cannot_verify",
    ),
    ("payload", "if row != [size, digest]", "if False", "test_seal_sources.py -k otherwise"),
    (
        "catalogue",
        "return copied if _same(copied.facts, entry.facts) else None",
        "return copied",
        "test_seal_resume.py -k cannot_verify",
    ),
    (
        "verification",
        "    if not report.is_sound:",
        "    if False:",
        "test_seal.py -k exhibit_that_was_changed",
    ),
    (
        "verification",
        "    if source != origin:",
        "    if False:",
        "test_seal.py -k another_source",
    ),
    (
        "comparison",
        "                if said and said[0] != row[at]:",
        "                if False:",
        "test_seal_verify.py -k catches_each_attack",
    ),
    (
        "comparison",
        "        if None in listed:",
        "        if False:",
        "test_seal_verify.py -k catches_each_attack",
    ),
    (
        "comparison",
        "is_whole &= found is not None or (self._own and statements.is_ended)",
        "pass",
        "test_seal_verify.py -k any_order",
    ),
    (
        "comparison",
        "            if self._is_file(path):",
        "            if False:",
        "test_seal_verify.py -k listed_again",
    ),
    (
        "metadata",
        "            self._again(path)",
        "            pass",
        "test_seal_verify.py -k twice",
    ),
    (
        "statements",
        "            self._again(path, self.early[path], said)",
        "            pass",
        "test_seal_verify.py -k statements_hold",
    ),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the tests need into a folder where the program can be changed."""
    folder = tmp_path_factory.mktemp("mutants") / "tree"
    shutil.copytree(_ROOT / "breachbook", folder / "breachbook")
    shutil.copytree(_ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("crash"))
    shutil.copy(_ROOT / "pyproject.toml", folder)
    for name in ("flows", "playbooks", "notices", "examples"):
        (folder / name).symlink_to(_ROOT / name)
    return folder


def _fails(tree: Path, tests: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    chosen, *options = tests.split()
    try:
        done = subprocess.run(
            [*command, f"tests/{chosen}", *options],
            cwd=tree,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
    except subprocess.TimeoutExpired:
        return True
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode == 1


@pytest.mark.needs("strace")
@pytest.mark.parametrize("tests", sorted({tests for *_, tests in _MUTANTS}))
def test_tests_pass_on_what_is_not_changed(tree: Path, tests: str) -> None:
    """A test that fails anyway would kill every mutant."""
    assert not _fails(tree, tests)


@pytest.mark.needs("strace")
@pytest.mark.parametrize(
    ("module", "there", "instead", "tests"),
    _MUTANTS,
    ids=[f"{module}-{number}" for number, (module, *_) in enumerate(_MUTANTS, 1)],
)
def test_mutant_is_killed(tree: Path, module: str, there: str, instead: str, tests: str) -> None:
    """Without the flush, lock or check, at least one of its tests fails."""
    path = tree / f"breachbook/seal/{module}.py"
    whole = path.read_text(encoding="utf-8")
    assert whole.count(there) == 1
    path.write_text(whole.replace(there, instead), encoding="utf-8")
    try:
        killed = _fails(tree, tests)
    finally:
        path.write_text(whole, encoding="utf-8")

    assert killed
