"""Whether a deployed tracker works: facts are asked of AWS (aws.py), and judged here one by one."""
