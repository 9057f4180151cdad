"""Real private servers for the tests, and the real program run against them."""
