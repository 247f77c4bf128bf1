"""Measure the loss of linear networks with dW truncated at low ranks, Eq. (4)."""

import pandas as pd

from interplay.linear.network import Trial, draw_network
from interplay.linear.trained import truncation_losses
from interplay.storage.arrays import read_arrays
from interplay.storage.tables import write_table
from job import script

RANKS = range(4)
"""dW has at most rank two at g = 0, Eq. (9)"""


@script
def main(input, output, params, wildcards):
    """Read the networks of one g, measure them, write the table."""
    g = float(wildcards.g)
    trial = Trial(dt=params.dt, **params.trial)
    tables = []
    for seed, path in zip(params.seeds, input.networks, strict=True):
        network = draw_network(params.N, g, seed)
        losses = truncation_losses(network, read_arrays(path), RANKS, trial)
        tables.append(losses.assign(g=g, seed=seed))
    columns = ["zhat", "g", "seed", "rank", "loss"]
    table = pd.concat(tables, ignore_index=True)[columns]
    write_table(table, output.truncation)
