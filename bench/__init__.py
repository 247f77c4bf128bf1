"""Benchmarks: the engines against the machine and against plain references."""
