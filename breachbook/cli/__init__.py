"""The command line: it alone prints and exits. Every module a command needs is imported when it runs."""

import gc
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from breachbook import __version__
from breachbook.errors import (
    BreachbookError,
    ContentError,
    DamageError,
    UsageError,
    VerificationError,
)

if TYPE_CHECKING:
    from cyclopts import App

DONE, FAILED, BAD_USAGE, NOT_VERIFIED = 0, 1, 2, 3

_CODES: Mapping[type[BreachbookError], int] = {
    UsageError: BAD_USAGE,
    DamageError: NOT_VERIFIED,
    VerificationError: NOT_VERIFIED,
}

# Group of the help to its commands: name to where its function stands.
COMMANDS: Mapping[str, Mapping[str, str]] = {
    "Start": {
        "init": "start:init",
        "up": "start:up",
        "doctor": "start:doctor",
        "link": "start:link",
        "demo": "start:demo",
        "prefect": "start:prefect",
    },
    "Matters": {
        "report": "matter:report",
        "matters": "matter:matters",
        "show": "matter:show",
        "status": "matter:status",
        "people": "manage:people",
        "party": "manage:party",
        "playbook": "manage:playbook",
        "note": "manage:note",
        "close": "manage:close",
        "reopen": "manage:reopen",
    },
    "Steps": {
        "answer": "act:answer",
        "done": "act:done",
        "resolve": "act:resolve",
        "restart": "act:restart",
        "skip": "act:skip",
        "fact": "act:fact",
        "served": "act:served",
    },
    "Approvals": {
        "approvals": "decide:approvals",
        "approve": "decide:approve",
        "reject": "decide:reject",
        "request-changes": "decide:request_changes",
        "notice": "notice:notice",
        "delegate": "decide:delegate",
        "break-glass": "decide:break_glass",
        "hold": "hold:hold",
    },
    "Evidence": {
        "evidence": "evidence:evidence",
        "consent": "consent:consent",
        "export": "export:export",
        "anchor": "anchor:anchor",
    },
    "Law": {
        "deadlines": "deadlines:deadlines",
        "docket": "docket:docket",
        "deadline": "track:deadline",
        "gate": "track:gate",
        "count": "count:count",
        "rule": "rules:rule",
        "rules": "rules:rules",
        "calendars": "calendars:calendars",
        "feed": "feed:feed",
    },
    "Checks": {
        "audit": "check:audit",
        "lint": "check:lint",
    },
}

_ABOUT = """\
Runs the response to a leaked trade secret: report, approval, containment, evidence, letters and deadlines.

Exit codes: 0 done, 1 refused or failed, 2 bad usage or bad input, 3 verification failed."""

_COMPLETION = "Install tab completion for your shell."
_EXPLAINED = frozenset({"--help", "-h", "--install-completion"})
_OPTIONS = frozenset({"--workspace", "--as", "--debug"})
_GROUPS = ("evidence", "hold")  # their verbs are commands of their own
_LONG = frozenset({"up", "demo", "audit", "evidence", "export", "lint", "prefect"})
_WITHOUT_ENGINE = frozenset({"init", "up", "demo", "prefect", "count", *_EXPLAINED, "--version"})


def build(*, only: str | None = None, explained: bool = False) -> "App":
    """Make the application; its commands are looked up when they are called.

    Args:
        only: The one command that will be called, so that the others need not be told.
        explained: Prepare what only a help page or the completion needs, which takes a while.
    """
    from cyclopts import App, Parameter

    app = App(
        name="breachbook",
        help=_ABOUT,
        version=__version__,
        group_parameters="Options",
        default_parameter=Parameter(negative=(), show_default=False),
        result_action="return_value",
        suppress_keyboard_interrupt=False,  # `main` says so in its own way
    )
    app.meta.suppress_keyboard_interrupt = False
    for group, commands in COMMANDS.items():
        for name in commands if only is None else {only} & commands.keys():
            place = commands[name]
            app.command(f"breachbook.cli.{place}", name=name, group=group)
    app.meta.default(_launcher(app))
    if explained:
        app.register_install_completion_command(help=_COMPLETION, group="Start")
        app.help_formatter = app.meta.help_formatter = "plain"
    return app


def _launcher(app: "App") -> Any:
    from cyclopts import Parameter

    def launch(
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        workspace: str | None = None,
        as_: Annotated[str | None, Parameter(name="--as")] = None,
        debug: bool = False,
    ) -> Any:
        """Run one command.

        Args:
            workspace: The workspace's folder; else BREACHBOOK_WORKSPACE, else the current folder.
            as_: Act as a person of people.yaml; only in an example.
            debug: Show where in the code an error came from.
        """
        return _run(app, tokens, workspace, as_)

    return launch


def _run(app: "App", tokens: Sequence[str], workspace: str | None, acting_as: str | None) -> Any:
    from breachbook.cli.session import current

    current.begin(workspace, acting_as)
    if tokens and tokens[0] in _LONG:
        gc.enable()
    code = app(tokens, exit_on_error=False, print_error=False)
    if tokens and tokens[0] not in _WITHOUT_ENGINE:
        current.about_engine()
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    # Most commands end within 0.1 s: collecting the cycles of their imports would only hold them up.
    gc.disable()
    from cyclopts import CycloptsError

    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    known = {name for commands in COMMANDS.values() for name in commands}
    explained = given in ([], *([group] for group in _GROUPS)) or bool(_EXPLAINED & {*given})
    only = given[0] if given and given[0] in known and not explained else None
    app = build(only=only, explained=explained)
    match [word for word in given if word not in ("--help", "-h")]:
        # Only a command that was looked up shows its summary.
        case []:
            _look_up(app, known)
        case [group] if group in _GROUPS:
            _look_up(app[group], [name for name in app[group] if not name.startswith("-")])
    try:
        if _OPTIONS & {item.partition("=")[0] for item in given} or explained:
            code = app.meta(_shielded(given), exit_on_error=False, print_error=False)
        else:  # without options of ours one parse suffices
            code = _run(app, _shielded(given), None, None)
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except CycloptsError as error:
        return _told(error, str(error), BAD_USAGE, debug)
    except ContentError as error:
        text = "\n".join(str(problem) for problem in error.problems)
        return _told(error, text, BAD_USAGE, debug)
    except BreachbookError as error:
        return _told(error, str(error), _CODES.get(type(error), FAILED), debug)
    except BrokenPipeError:
        # Whoever read our output has gone; what remains in the buffer must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt as error:
        return _told(error, "stopped", FAILED, debug)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        text = f"{place}{error.strerror or error}; --debug shows where"
        return _told(error, text, FAILED, debug)


def _look_up(app: "App", names: Iterable[str]) -> None:
    for name in names:
        app[name]


def _shielded(given: list[str]) -> list[str]:
    """Keep what follows ``prefect`` from being read as our own options."""
    for index, word in enumerate(given):
        if word == "prefect" and "--" not in given:
            return [*given[: index + 1], "--", *given[index + 1 :]]
        if not word.startswith("-") and (
            index == 0 or given[index - 1] not in ("--workspace", "--as")
        ):
            break
    return given


def _told(error: BaseException, text: str, code: int, debug: bool) -> int:
    from breachbook.cli.output import remark

    if debug:
        import traceback

        traceback.print_exception(error)
    remark(text)
    return code
