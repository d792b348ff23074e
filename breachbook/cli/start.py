"""Making a workspace, starting its processes, and looking whether it is in order."""

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from breachbook.cli.output import as_json, say, table
from breachbook.cli.session import current

FAILED = 1


def init(folder: Path | None = None, /, *, example: str | None = None) -> None:
    """Make a workspace: files with comments to fill in, or a copy of an example.

    For example:

    - breachbook init secrets
    - breachbook init wheels --example railway-wheels

    Args:
        folder: A new or empty folder; the current one if left out.
        example: Name of an example to copy.
    """
    from breachbook import example as examples
    from breachbook.cli import blank

    place = folder or Path.cwd()
    if example is not None:
        examples.install(example, place)
        say(f"{place}: the example {example}; act in it with --as PERSON, see its people.yaml")
    else:
        person = blank.write(place)
        say(f"{place}: fill in its files; you are {person} in people.yaml (os_uid {os.getuid()})")
    say("next: breachbook lint, breachbook doctor, breachbook up")


def up(*, demo_slack: bool = False, demo_tsa: bool = False) -> None:
    """Start everything and print where it is; Ctrl-C stops it all.

    The workspace's own playbooks, notices and law are checked first; with a problem in them nothing is started.

    For example:

    - breachbook up
    - breachbook up --demo-slack --demo-tsa

    Args:
        demo_slack: Use a local stand-in for Slack.
        demo_tsa: Let a trial authority of its own time-stamp the evidence; that is worthless as proof.
    """
    from breachbook import supervisor
    from breachbook.errors import ContentError
    from breachbook.lint import lint_own

    _, problems = lint_own(current.workspace)
    if problems:
        raise ContentError(problems)
    supervisor.up(current.workspace, demo_slack=demo_slack, demo_tsa=demo_tsa)


def doctor(*, json: bool = False) -> int:
    """Say what is missing or unsafe in the workspace and on this machine.

    For example:

    - breachbook doctor

    Args:
        json: Print JSON.
    """
    from breachbook.cli.examination import examine

    found = examine(current.workspace, os.environ)
    if json:
        as_json([{"about": item.about, "state": item.state, "text": item.text} for item in found])
    else:
        table(("about", "state", "what"), [(item.about, item.state, item.text) for item in found])
    return FAILED if any(item.state == "unsafe" for item in found) else 0


def link(*, json: bool = False) -> None:
    """Print a link into the private pages, which works once within ten minutes.

    For example:

    - breachbook link

    Args:
        json: Print JSON.
    """
    from breachbook.desk.links import LIVES, issue
    from breachbook.supervisor.settings import settings

    person, _ = current.person()
    workspace = current.workspace
    secret = issue(workspace.run / "links", person, workspace.now())
    address = f"{settings(workspace).url('private')}/enter?key={secret}"
    if json:
        as_json({"person": person, "link": address, "seconds": int(LIVES.total_seconds())})
    else:
        print(address)


def demo(*, keep: Path | None = None) -> None:
    """Run the example matter from report to service with no key pressed, and say where everything is.

    For example:

    - breachbook demo
    - breachbook demo --keep wheels

    Args:
        keep: A new or empty folder for the workspace.
    """
    import breachbook.demo

    breachbook.demo.run(keep)


def prefect(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Run Prefect's own client with this workspace's address and password.

    For example:

    - breachbook prefect flow-run ls
    - breachbook prefect deployment run report/report

    Args:
        arguments: What Prefect is told.
    """
    from breachbook.supervisor import prefect_client

    return prefect_client(current.workspace, arguments)
