"""How well SQL is completed: a corpus of cursor positions, for us and for our peers."""
