"""Asks for all that a report is judged by: what exists, what was seen of it, what earlier reports flagged."""
