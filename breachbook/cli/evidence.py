"""Evidence: what is collected, verified, and handed on."""

from breachbook.cli.verbs import family

# Verb to where its function stands.
VERBS = {
    "list": "exhibits:exhibits",
    "collect": "collect:collect",
    "verify": "verifying:verify",
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

evidence = family("evidence", "Collect evidence, verify it, and keep its chain of custody.", VERBS)
