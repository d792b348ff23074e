"""The full sweeps over the sealer: every call killed, every call failing, every check removed."""
