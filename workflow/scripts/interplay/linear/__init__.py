"""Linear networks, their gradient descent and its theory (Section 3, Figs 3 and 4)."""
