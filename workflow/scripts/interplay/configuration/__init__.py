"""Check a configuration, and read its experiments."""
