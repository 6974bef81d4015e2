"""From IAM's inventory and the activity table to the mail about what is stale."""
