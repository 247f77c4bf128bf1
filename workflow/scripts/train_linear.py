"""Train one linear network to each target, starting from the same W0."""

import logging

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from interplay.linear.descent import descend
from interplay.linear.measurements import curves, measure
from interplay.linear.network import Trial, draw_network
from interplay.linear.rates import learning_rate
from interplay.runs.records import Stopwatch, describe_machine
from interplay.runs.streams import stream
from interplay.storage.arrays import write_arrays
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from job import job

logger = logging.getLogger("interplay")

COLUMNS = [
    "zhat", "g", "seed", "N", "initial_loss", "final_loss", "tau_star", "norm_dW",
    "mean_gradient_norm", "shuffle_loss_ratio",
]  # fmt: skip

with job(snakemake), threadpool_limits(snakemake.threads):
    params, wildcards = snakemake.params, snakemake.wildcards
    g, seed = float(wildcards.g), int(wildcards.seed)
    trial = Trial(dt=params.dt, **params.trial)
    zhat = np.array([target["zhat"] for target in params.targets], dtype=float)
    eta = learning_rate([target["learning_rate"] for target in params.targets], g)

    stopwatch = Stopwatch.start()
    run = ("linear", g, seed)
    network = draw_network(params.N, g, seed)
    descents = descend(network, zhat, eta, params.epochs, trial, stream("probes", *run))
    logger.info("bases of %d and %d directions", *descents[0].core.shape[1:])
    rows = [
        measure(network, descent, trial, params.threshold, shuffle)
        for descent in descents
        for shuffle in [stream("shuffle", *run, descent.zhat)]
    ]

    networks = pd.DataFrame(rows).assign(g=g, seed=seed)
    write_table(networks[COLUMNS], snakemake.output.measurements)
    epochs = pd.concat(map(curves, descents), ignore_index=True)
    epochs.insert(1, "g", g)
    epochs.insert(2, "seed", seed)
    write_table(epochs, snakemake.output.curves)
    arrays = {
        "zhat": zhat,
        "core": np.stack([descent.core[-1] for descent in descents]),
        "left": descents[0].left,
        "right": descents[0].right,
    }
    write_arrays(arrays, snakemake.output.network)
    record = {
        "g": g,
        "seed": seed,
        "code_sha256": params.code,
        "machine": describe_machine(snakemake.threads),
        **stopwatch.read(),
    }
    write_json(record, snakemake.output.record)
