"""Calendar feeds: the recorded deadlines of a matter or a person as iCalendar, in a file or at a secret address."""
