"""The protocol that every answer keeps: tags and cursors (answers), conditions, whose turn
it is (turns), problems."""
