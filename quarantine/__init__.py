"""Opt-in: announces stale findings, disables them after a period of grace, in ways that can be undone."""
