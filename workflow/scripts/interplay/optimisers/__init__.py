"""Optimisers whose state can be saved between two steps and restored to the bit."""
