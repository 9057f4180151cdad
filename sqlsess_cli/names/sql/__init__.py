"""Completion of SQL: what can come at a cursor, by the text around it and the names of a schema."""
