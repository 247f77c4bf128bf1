"""Run the trained linear networks that Fig. 3(a) shows, in finer steps."""

import pandas as pd
from threadpoolctl import threadpool_limits

from interplay.linear.measurements import example_trial
from interplay.linear.network import Trial, draw_network
from interplay.storage.arrays import read_arrays
from interplay.storage.tables import write_table
from job import job

with job(snakemake), threadpool_limits(snakemake.threads):
    params, g = snakemake.params, float(snakemake.wildcards.g)
    trial = Trial(dt=params.dt, **params.trial)
    seed = params.seed
    weights = read_arrays(snakemake.input.weights)
    network = draw_network(params.N, g, seed)
    trials = []
    for zhat in params.zhat:
        left, core, right = (
            weights[f"seed{seed}/{part}"] for part in ("left", f"zhat{zhat}", "right")
        )
        table = example_trial(network, network.W0 + left @ core @ right.T, trial)
        trials.append(table.assign(zhat=zhat, g=g, seed=seed))
    columns = ["zhat", "g", "seed", "kind", "time", "value"]
    write_table(pd.concat(trials, ignore_index=True)[columns], snakemake.output.trials)
