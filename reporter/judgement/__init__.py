"""From what is known of an account to verdicts, findings, gaps and resolutions. Asks nobody."""
