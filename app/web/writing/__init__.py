"""How a write comes in and is done once."""
