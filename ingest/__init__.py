"""From CloudTrail events to the activity table."""
