"""What exists in an account, as IAM lists it, and what of that could not be read."""
