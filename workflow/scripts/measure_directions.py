"""Measure directions of dW, and the loss with a larger dW, of the networks that settled."""

import pandas as pd

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.measurements.directions import (
    GAIN_COLUMNS,
    SHARE_COLUMNS,
    gain,
    shares,
)
from interplay.storage.tables import concatenate, read_table, write_table
from job import script
from networks import read_networks


@script
def main(input, output, params):
    """Measure the networks of several experiments; write a table for all of them."""
    flush_denormals()
    networks = concatenate([read_table(path) for path in input.measured])
    networks = networks.set_index(["experiment", "g", "seed"])
    ranks = networks.functional_rank[networks.settled].astype(int)
    names = [name for name, count in params.experiments.items() for _ in range(count)]
    directions, gains = [], []
    for name, trained in zip(names, read_networks(input), strict=True):
        rank = ranks.get((name, trained.run.g, trained.run.seed))
        if rank is None:
            found = (pd.DataFrame(columns=c) for c in (SHARE_COLUMNS, GAIN_COLUMNS))
        else:
            found = (
                shares(trained, rank, params.powers, params.permutations),
                gain(trained, params.gains, params.permutations, params.test_trials),
            )
        for parts, table in zip((directions, gains), found, strict=True):
            parts.append(trained.labelled(table, name))
    write_table(concatenate(directions), output.directions)
    write_table(concatenate(gains), output.gain)
