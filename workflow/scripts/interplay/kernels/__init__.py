"""Compiled building blocks of the training engines: a matrix tile, tanh, denormals."""
