"""The activity table in one file on this machine: what `--db` names."""
