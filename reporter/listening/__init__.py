"""Whether CloudTrail's events arrive: from which regions, since when, and how that was tested."""
