"""What a month costs, and which limits it comes near."""
