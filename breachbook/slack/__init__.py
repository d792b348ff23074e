"""Slack as a view of the journal: what is shown, how it is sent, and a stand-in to try it on."""
