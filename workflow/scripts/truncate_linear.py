"""Measure the loss of linear networks with dW truncated at low ranks, Eq. (4)."""

import pandas as pd
from threadpoolctl import threadpool_limits

from interplay.linear.network import Trial, draw_network
from interplay.linear.trained import truncation_losses
from interplay.storage.arrays import read_arrays
from interplay.storage.tables import write_table
from job import job

RANKS = range(4)
"""dW has at most rank two at g = 0, Eq. (9)"""


def main(snakemake):
    """Read the networks of one g, measure them, write the table."""
    params, g = snakemake.params, float(snakemake.wildcards.g)
    trial = Trial(dt=params.dt, **params.trial)
    tables = []
    for seed, path in zip(params.seeds, snakemake.input.networks, strict=True):
        network = draw_network(params.N, g, seed)
        losses = truncation_losses(network, read_arrays(path), RANKS, trial)
        tables.append(losses.assign(g=g, seed=seed))
    columns = ["zhat", "g", "seed", "rank", "loss"]
    table = pd.concat(tables, ignore_index=True)[columns]
    write_table(table, snakemake.output.truncation)


if __name__ == "__main__":
    with job(snakemake), threadpool_limits(snakemake.threads):
        main(snakemake)
