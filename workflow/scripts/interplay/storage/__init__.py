"""Files on disk: whole or absent, hashed, and one kind of error for bad input."""
