"""What `make deploy`, `make verify`, `make forwarders` and `make destroy` do beside calling SAM."""
