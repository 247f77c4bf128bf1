"""Rate networks trained on tasks (Section 2, Figs 1 and 2)."""
