"""Reckon: what the claims add up to. Standard library only; no clock, no I/O."""
