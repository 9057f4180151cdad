"""The console: where lines are typed, and the transaction that it lends to what they run."""
