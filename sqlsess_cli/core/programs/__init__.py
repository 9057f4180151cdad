"""Programs of the user's: Python that runs inside begin()."""
