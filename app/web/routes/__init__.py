"""One file a question: what is declared, and its own function."""
