"""What sqlsess costs, measured side by side with what a user would take instead."""
