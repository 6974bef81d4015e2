"""Tells people within minutes when something that a report flagged is used again, and when the root user is."""
