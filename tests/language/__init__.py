"""A small world, filters about it, and what they mean: plain Python, without any of ours."""
