"""Train linear networks at g = 0 and tabulate the eigenvalues of dW."""

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from interplay.linear.descent import descend
from interplay.linear.network import Trial, draw_network
from interplay.linear.second_order import TOLERANCE, eigenvalue_growth, orthogonal
from interplay.runs.records import Stopwatch, describe_machine
from interplay.runs.streams import stream
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from job import job

with job(snakemake), threadpool_limits(snakemake.threads):
    params = snakemake.params
    trial = Trial(dt=params.dt, **params.trial)
    zhat = np.array([target["zhat"] for target in params.targets], dtype=float)
    eta = np.full(len(zhat), params.learning_rate)
    stopwatch = Stopwatch.start()
    tables = []
    for seed in params.seeds:
        independent = draw_network(params.N, 0.0, seed)
        networks = {"orthogonal": orthogonal(independent), "independent": independent}
        for vectors, network in networks.items():
            probes = stream("probes", "linear", 0.0, seed)
            descents = descend(
                network, zhat, eta, params.epochs, trial, probes, TOLERANCE
            )
            table = pd.concat(map(eigenvalue_growth, descents), ignore_index=True)
            table.insert(0, "vectors", vectors)
            table.insert(3, "seed", seed)
            tables.append(table)
    write_table(pd.concat(tables, ignore_index=True), snakemake.output.eigenvalues)
    record = {
        "g": 0.0,
        "seeds": params.seeds,
        "code_sha256": params.code,
        "machine": describe_machine(snakemake.threads),
        **stopwatch.read(),
    }
    write_json(record, snakemake.output.record)
