"""Diagrams: which models are drawn, as a neutral graph, and that graph in each notation."""
