"""CloudTrail's past: log files found, read on all cores, summed up, and written to the activity table."""
