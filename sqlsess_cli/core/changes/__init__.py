"""Changes through objects: what is asked, done to them, seen as before and after, and settled."""
