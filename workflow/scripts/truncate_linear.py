"""Measure the loss of linear networks with dW truncated at low ranks, Eq. (4)."""

import pandas as pd
from threadpoolctl import threadpool_limits

from interplay.linear.network import Trial, draw_network, loss_of, simulate
from interplay.lowrank.truncation import truncations
from interplay.storage.arrays import read_arrays
from interplay.storage.tables import write_table
from job import job

RANKS = range(4)
"""dW has at most rank two at g = 0, Eq. (9)"""

with job(snakemake), threadpool_limits(snakemake.threads):
    params, g = snakemake.params, float(snakemake.wildcards.g)
    trial = Trial(dt=params.dt, **params.trial)
    rows = []
    for seed, path in zip(params.seeds, snakemake.input.networks, strict=True):
        network = draw_network(params.N, g, seed)
        arrays = read_arrays(path)
        left, right = arrays["left"], arrays["right"]
        for zhat, core in zip(arrays["zhat"].tolist(), arrays["core"], strict=True):
            # The bases are orthonormal, so the core has the singular values of dW.
            for rank, part in zip(RANKS, truncations(core, RANKS), strict=True):
                z = simulate(network, network.W0 + left @ part @ right.T, trial)
                rows.append((zhat, g, seed, rank, loss_of(z, zhat, trial)))
    columns = ["zhat", "g", "seed", "rank", "loss"]
    write_table(pd.DataFrame(rows, columns=columns), snakemake.output.truncation)
