"""Whether CloudTrail's events arrive: from which regions, since when, and tested how; told alike everywhere."""
