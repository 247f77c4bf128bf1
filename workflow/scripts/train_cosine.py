"""Train one linear network to produce a cosine without input."""

import pandas as pd
from threadpoolctl import threadpool_limits

from interplay.linear.cosine import (
    CosineTrial,
    cosine_output,
    learn_cosine,
    measure_cosine,
    with_one_direction,
)
from interplay.linear.network import draw_network
from interplay.runs.records import Stopwatch, describe_machine
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from job import job

with job(snakemake), threadpool_limits(snakemake.threads):
    params, wildcards = snakemake.params, snakemake.wildcards
    run = {"g": float(wildcards.g), "seed": int(wildcards.seed)}
    trial = CosineTrial(**params.trial)

    stopwatch = Stopwatch.start()
    network = with_one_direction(draw_network(params.N, **run))
    curves, W = learn_cosine(
        network, trial, params.learning_rate, params.epochs, params.eigenvalue_interval
    )
    measurements = measure_cosine(network, curves, W, params.threshold)
    output = cosine_output(network, W, trial)

    write_table(pd.DataFrame([run | measurements]), snakemake.output.measurements)
    for table, path in (
        (curves, snakemake.output.curves),
        (output, snakemake.output.trial),
    ):
        write_table(pd.DataFrame(run, table.index).join(table), path)
    record = {
        **run,
        "code_sha256": params.code,
        "machine": describe_machine(snakemake.threads),
        **stopwatch.read(),
    }
    write_json(record, snakemake.output.record)
