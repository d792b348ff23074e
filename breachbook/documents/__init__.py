"""How a notice becomes Markdown, DOCX and PDF/A; `breachbook.notices` is the door."""
