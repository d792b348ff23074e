"""What people see of matters, as plain data: one source for tables, ``--json`` and the private pages.

Its modules import no more than they need, because every command waits for them.
"""
