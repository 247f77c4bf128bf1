"""Train one linear network to large targets, at which learning may diverge."""

import logging

import pandas as pd
from threadpoolctl import threadpool_limits

from interplay.linear.divergence import learn_target, measure_divergence
from interplay.linear.network import Trial, draw_network
from interplay.linear.rates import learning_rate
from interplay.runs.records import Stopwatch, describe_machine
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from job import job

logger = logging.getLogger("interplay")

with job(snakemake), threadpool_limits(snakemake.threads):
    params, wildcards = snakemake.params, snakemake.wildcards
    g, seed = float(wildcards.g), int(wildcards.seed)
    trial = Trial(dt=params.dt, **params.trial)

    stopwatch = Stopwatch.start()
    network = draw_network(params.N, g, seed)
    rows, tables = [], []
    for target in params.targets:
        zhat, eta = (
            float(target["zhat"]),
            float(learning_rate(target["learning_rate"], g)),
        )
        curves = learn_target(network, zhat, trial, eta, params.epochs)
        rows.append({"g": g, "seed": seed} | measure_divergence(curves, params.epochs))
        logger.info("zhat %s: last epoch %d", zhat, rows[-1]["epochs"])
        tables.append(curves.assign(g=g, seed=seed))

    first = ["zhat", "g", "seed"]
    for table, path in (
        (pd.DataFrame(rows), snakemake.output.measurements),
        (pd.concat(tables, ignore_index=True), snakemake.output.curves),
    ):
        write_table(table[first + list(table.columns.drop(first))], path)
    record = {
        "g": g,
        "seed": seed,
        "code_sha256": params.code,
        "machine": describe_machine(snakemake.threads),
        **stopwatch.read(),
    }
    write_json(record, snakemake.output.record)
