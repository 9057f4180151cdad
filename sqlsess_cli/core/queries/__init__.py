"""Queries: what is asked of an entity, as a SELECT; its pages, and the objects it includes."""
