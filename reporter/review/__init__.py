"""Asks for all that a report needs: what exists, what was seen of it, what earlier reports flagged."""
