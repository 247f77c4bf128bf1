"""Train one linear network to produce a cosine without input."""

import pandas as pd

from interplay.linear.cosine import (
    CosineTrial,
    cosine_output,
    learn_cosine,
    measure_cosine,
    with_one_direction,
)
from interplay.linear.network import draw_network
from interplay.runs.records import Stopwatch, training_record
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from job import script


@script
def main(output, params, wildcards, threads):
    """Train the network; write its measurements, curves, trial and record."""
    run = {"g": float(wildcards.g), "seed": int(wildcards.seed)}
    trial = CosineTrial(**params.trial)

    stopwatch = Stopwatch.start()
    network = with_one_direction(draw_network(params.N, **run))
    curves, W = learn_cosine(
        network, trial, params.learning_rate, params.epochs, params.eigenvalue_interval
    )
    measurements = pd.DataFrame([measure_cosine(network, curves, W, params.threshold)])
    tables = {
        output.measurements: measurements,
        output.curves: curves,
        output.trial: cosine_output(network, W, trial),
    }
    for path, table in tables.items():
        write_table(pd.DataFrame(run, table.index).join(table), path)
    record = training_record(run, params.code, threads, stopwatch)
    write_json(record, output.record)
