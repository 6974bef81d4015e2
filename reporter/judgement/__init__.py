"""Turns what is known of an account into verdicts, findings, gaps and resolutions. Makes no calls."""
