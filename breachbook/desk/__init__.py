"""The desk: Slack's public endpoint and the private pages, both over injected collaborators."""
