"""What happens to a database: engines, the configured factory, models, filters, transactions."""
