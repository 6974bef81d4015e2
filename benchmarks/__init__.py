"""What ingest and a report cost, measured side by side with what people would otherwise write."""
