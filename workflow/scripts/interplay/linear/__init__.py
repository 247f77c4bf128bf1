"""Linear networks of Section 3: gradient descent, its theory and measurements."""
