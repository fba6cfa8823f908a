"""Muster, an open ledger of who was sent where."""

__version__ = "0.1.0"
