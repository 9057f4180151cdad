"""Files and environment: which databases there are, and where each value came from."""
