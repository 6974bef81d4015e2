"""What can be asked of `lastseen`: one command a file, its options and what it prints."""
