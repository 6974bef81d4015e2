"""What ingest costs, measured side by side with what people would otherwise write."""
