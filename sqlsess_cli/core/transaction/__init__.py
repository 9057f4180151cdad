"""Transactions: begun, watched, translated when they fail, and reported as they ended."""
