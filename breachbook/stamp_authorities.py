"""The time-stamp authorities of a workspace: those of breachbook.toml, and the trial one while it runs."""

from collections.abc import Mapping
from pathlib import Path

from breachbook.workspace import Workspace
from breachbook.workspace_files import TRIAL, StampAuthority

TRIAL_URL = "BREACHBOOK_DEMO_TSA_URL"
TRIAL_FOLDER = Path("run") / "demo-tsa"
TRIAL_ROOT = "root.pem"


def asked(workspace: Workspace, environment: Mapping[str, str]) -> dict[str, StampAuthority]:
    """Give the authorities that are to stamp, by id; the trial one only while ``up --demo-tsa`` runs it."""
    found = configured(workspace)
    if url := environment.get(TRIAL_URL):
        found[TRIAL] = trial(url)
    return found


def configured(workspace: Workspace) -> dict[str, StampAuthority]:
    """Give the authorities of breachbook.toml, by id."""
    return {authority.id: authority for authority in workspace.config.evidence.authorities}


def trial(url: str) -> StampAuthority:
    """Describe the authority of ``up --demo-tsa``, worthless as proof."""
    roots = TRIAL_FOLDER / TRIAL_ROOT
    return StampAuthority(id=TRIAL, url=url, legal_class="trial", roots=str(roots))


def roots(workspace: Workspace, authority: StampAuthority) -> bytes:
    """Read the PEM file an authority is trusted by; empty if it cannot be read."""
    try:
        return (workspace.root / authority.roots).read_bytes()
    except OSError:
        return b""
