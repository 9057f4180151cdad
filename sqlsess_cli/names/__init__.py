"""Names that a person may want to type: kept from one command to the next, proposed at a Tab."""
