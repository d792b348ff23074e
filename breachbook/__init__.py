"""Incident response for leaked trade secrets, from the report to the approved, sealed, docketed response."""

__version__ = "0.1.0"
