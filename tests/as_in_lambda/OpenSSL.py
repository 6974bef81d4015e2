"""Not there, like awscrt."""

raise ImportError("as in Lambda")
