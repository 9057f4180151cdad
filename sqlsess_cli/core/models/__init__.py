"""Models: mapped classes imported, tables reflected, both found by name and described."""
