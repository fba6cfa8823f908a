"""How rows leave: one file a format."""
