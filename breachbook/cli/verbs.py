"""Commands with verbs: each verb is a command of its own, in a module that is imported when it runs."""

from collections.abc import Mapping

from cyclopts import App, Parameter


def family(name: str, about: str, verbs: Mapping[str, str]) -> App:
    """Make a command of verbs.

    Args:
        about: For its help.
        verbs: Verb to where its function stands, ``module:function`` below this package.
    """
    made = App(
        name=name,
        help=about,
        default_parameter=Parameter(negative=(), show_default=False),
        result_action="return_value",
    )
    for verb, place in verbs.items():
        made.command(f"breachbook.cli.{place}", name=verb)
    return made
