"""Measure the loss of the linear networks of one g with dW truncated, Eq. (4)."""

import pandas as pd
from threadpoolctl import threadpool_limits

from interplay.linear.network import Trial, draw_network, loss_of, simulate
from interplay.lowrank.truncation import truncations
from interplay.storage.arrays import read_arrays
from interplay.storage.tables import write_table
from job import job

RANKS = range(4)
"""Eq. (9): two are all that there is at g = 0"""

with job(snakemake), threadpool_limits(snakemake.threads):
    params, g = snakemake.params, float(snakemake.wildcards.g)
    trial = Trial(dt=params.dt, **params.trial)
    weights = read_arrays(snakemake.input.weights)
    rows = []
    for seed in params.seeds:
        network = draw_network(params.N, g, seed)
        left, right = weights[f"seed{seed}/left"], weights[f"seed{seed}/right"]
        for zhat in (target["zhat"] for target in params.targets):
            # The bases are orthonormal, so that the core has dW's singular vectors.
            core = weights[f"seed{seed}/zhat{zhat}"]
            for rank, part in zip(RANKS, truncations(core, RANKS), strict=True):
                z = simulate(network, network.W0 + left @ part @ right.T, trial)
                loss = loss_of(z, zhat, trial)
                rows.append((zhat, g, seed, rank, loss))
    columns = ["zhat", "g", "seed", "rank", "loss"]
    write_table(pd.DataFrame(rows, columns=columns), snakemake.output.truncation)
