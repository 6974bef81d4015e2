"""What was known on a day in the past, as far as today's table and IAM tell."""
