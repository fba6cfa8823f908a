"""A kind that is not ours, and what is asked of it: see tests/test_kinds.py."""
