"""What the table knows of a person, a role, a key or an address, for `who` and `list`."""
