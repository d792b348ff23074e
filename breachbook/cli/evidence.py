"""Evidence: each verb is a command of its own, in a module that is imported when it runs."""

from cyclopts import App, Parameter

# Verb to where its function stands.
VERBS = {
    "list": "exhibits:exhibits",
    "collect": "collect:collect",
    "verify": "examine:verify",
    "receive": "custody:receive",
    "offer": "custody:offer",
    "take": "custody:take",
    "withdraw": "custody:withdraw",
    "access": "custody:access",
    "copy": "custody:copy",
    "return": "custody:give_back",
    "destroy": "custody:destroy",
    "undertaking": "custody:undertaking",
    "custody": "custody_form:custody",
}

evidence = App(
    name="evidence",
    help="Collect evidence, verify it, and keep its chain of custody.",
    default_parameter=Parameter(negative=(), show_default=False),
    result_action="return_value",
)
for _verb, _place in VERBS.items():
    evidence.command(f"breachbook.cli.{_place}", name=_verb)
