"""What the opt-in quarantine keeps of each finding, for itself and for whoever tells of it."""
