"""Train the linear networks of one g: every seed, and every target from its one W0."""

import logging

import pandas as pd
from threadpoolctl import threadpool_limits

from interplay.linear.descent import descend, learning_rate
from interplay.linear.measurements import curves, measure
from interplay.linear.network import Trial, draw_network
from interplay.runs.records import Stopwatch, describe_machine
from interplay.runs.streams import stream
from interplay.storage.arrays import write_arrays
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from job import job

logger = logging.getLogger("interplay")

NETWORKS = [
    "zhat", "g", "seed", "N", "initial_loss", "final_loss", "tau_star", "norm_dW",
    "mean_gradient_norm", "shuffle_loss_ratio",
]  # fmt: skip

with job(snakemake), threadpool_limits(snakemake.threads):
    params, g = snakemake.params, float(snakemake.wildcards.g)
    trial = Trial(dt=params.dt, **params.trial)
    zhat = [target["zhat"] for target in params.targets]
    eta = learning_rate([target["learning_rate"] for target in params.targets], g)

    stopwatch = Stopwatch.start()
    weights, networks, tables = {}, [], []
    for seed in params.seeds:
        run = ("linear", g, seed)
        network = draw_network(params.N, g, seed)
        descents = descend(
            network, zhat, eta, params.epochs, trial, stream("probes", *run)
        )
        logger.info("seed %d: bases of %s directions", seed, descents[0].core.shape[1:])
        weights[f"seed{seed}/left"] = descents[0].left
        weights[f"seed{seed}/right"] = descents[0].right
        for descent in descents:
            shuffle = stream("shuffle", *run, descent.zhat)
            found = measure(network, descent, trial, params.threshold, shuffle)
            networks.append(found | {"g": g, "seed": seed})
            tables.append(curves(descent).assign(g=g, seed=seed))
            weights[f"seed{seed}/zhat{descent.zhat}"] = descent.core[-1]

    write_arrays(weights, snakemake.output.weights)
    write_table(pd.DataFrame(networks)[NETWORKS], snakemake.output.networks)
    tables = pd.concat(tables, ignore_index=True)
    first = ["zhat", "g", "seed"]
    write_table(tables[first + list(tables.columns.drop(first))], snakemake.output.curves)
    write_json(
        {
            "g": g,
            "seeds": params.seeds,
            "code_sha256": params.code,
            "machine": describe_machine(snakemake.threads),
            **stopwatch.read(),
        },
        snakemake.output.record,
    )
