"""Evidence: each verb is a command of its own, in a module that is imported when it runs."""

from cyclopts import App, Parameter

# Verb to where its function stands.
VERBS = {
    "list": "exhibits:exhibits",
}

evidence = App(
    name="evidence",
    help="Collect evidence, verify it, and keep its chain of custody.",
    default_parameter=Parameter(negative=(), show_default=False),
    result_action="return_value",
)
for _verb, _place in VERBS.items():
    evidence.command(f"breachbook.cli.{_place}", name=_verb)
