"""Who was seen, with what and when: the contract between the writer (ingest) and the readers."""
