"""Not there, as in Lambda: SAM's command line brings it, and every process that has boto3 would load it."""

raise ImportError("as in Lambda")
