"""The text of SQL: what a database's lexer would see in it, and nothing more."""
