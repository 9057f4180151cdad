"""31 faults that a console should survive, tried on sqlsess and on its peers."""
