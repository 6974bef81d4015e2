"""One report of all accounts: who they are, what each review found, and what is told of them together."""
