"""Not there, as in Lambda: SAM's command line brings it, too."""

raise ImportError("as in Lambda")
