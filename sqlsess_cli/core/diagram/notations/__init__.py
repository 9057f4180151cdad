"""How a diagram is written down: one file per notation."""
