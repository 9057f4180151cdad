"""A journal of a write: rows before and after, kept in a file, and put back from it."""
