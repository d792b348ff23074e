"""What people see of matters, as plain data: one source for tables, ``--json`` and the private pages."""

from breachbook.views.approvals import approval_view
from breachbook.views.deadlines import deadline_views
from breachbook.views.matter import matter_view, status_view, title_of
from breachbook.views.pages import page, page_rows

__all__ = [
    "approval_view",
    "deadline_views",
    "matter_view",
    "page",
    "page_rows",
    "status_view",
    "title_of",
]
