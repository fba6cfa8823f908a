"""The protocol that every answer keeps: tags, cursors, caches, ranges, problems."""
