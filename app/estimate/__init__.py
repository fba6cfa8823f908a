"""Reckon: what the claims add up to. Standard library and the EDTF parser only; no clock, no I/O."""
