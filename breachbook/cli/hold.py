"""Legal holds: what counsel, custodians and data stewards do with them."""

from breachbook.cli.verbs import family

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

hold = family("hold", "Put people under a legal hold, follow it, and release them.", VERBS)
