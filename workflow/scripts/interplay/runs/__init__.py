"""Training runs of every stage: random streams, checkpoints, records, devices."""
