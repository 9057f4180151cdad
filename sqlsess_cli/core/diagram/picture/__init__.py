"""The picture: sizes, then places and routes, then shapes."""
