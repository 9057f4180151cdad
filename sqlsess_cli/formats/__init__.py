"""How answers look: one file per format."""
