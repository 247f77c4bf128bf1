"""Simulate the trained linear network of Fig. 3(a) with a fine time step."""

import pandas as pd
from threadpoolctl import threadpool_limits

from interplay.linear.measurements import example_trial
from interplay.linear.network import Trial, draw_network
from interplay.storage.arrays import read_arrays
from interplay.storage.tables import write_table
from job import job

with job(snakemake), threadpool_limits(snakemake.threads):
    params, wildcards = snakemake.params, snakemake.wildcards
    g, seed = float(wildcards.g), int(wildcards.seed)
    trial = Trial(dt=params.dt, **params.trial)
    network = draw_network(params.N, g, seed)
    arrays = read_arrays(snakemake.input.network)
    cores = dict(zip(arrays["zhat"].tolist(), arrays["core"], strict=True))
    tables = []
    for zhat in map(float, params.zhat):
        W = network.W0 + arrays["left"] @ cores[zhat] @ arrays["right"].T
        table = example_trial(network, W, trial)
        tables.append(table.assign(zhat=zhat, g=g, seed=seed))
    columns = ["zhat", "g", "seed", "kind", "time", "value"]
    write_table(pd.concat(tables, ignore_index=True)[columns], snakemake.output.trials)
