"""Legal holds: each verb is a command of its own, in a module that is imported when it runs."""

from cyclopts import App, Parameter

# Verb to where its function stands.
VERBS = {
    "list": "held:listed",
    "acknowledge": "held:acknowledge",
    "answer": "held:answer",
    "steward-done": "held:steward_done",
    "add": "holding:add",
    "amend": "holding:amend",
    "silent": "holding:silent",
    "convert": "holding:convert",
    "exempt": "holding:exempt",
    "release": "holding:release",
    "proof": "holding:proof",
}

hold = App(
    name="hold",
    help="Put people under a legal hold, follow it, and release them.",
    default_parameter=Parameter(negative=(), show_default=False),
    result_action="return_value",
)
for _verb, _place in VERBS.items():
    hold.command(f"breachbook.cli.{_place}", name=_verb)
