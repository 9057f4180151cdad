"""The filter language: a grammar that is its own allow-list, compiled to SQL expressions."""
