"""What others may deploy over the tracker's events; it needs nothing of the tracker's code."""
