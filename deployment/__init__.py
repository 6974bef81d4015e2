"""What `make deploy`, `make forwarders` and `make destroy` do beside calling SAM."""
