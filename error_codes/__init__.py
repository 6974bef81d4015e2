"""Which of AWS's errors refuse a caller: judged by hand in judged.toml, made into ingest/error_codes.py."""
