"""Train one linear network to large targets, at which learning may diverge."""

from interplay.linear.divergence import learn_targets
from interplay.linear.network import Trial
from interplay.linear.rates import learning_rates
from interplay.runs.records import Stopwatch, training_record
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from job import script


@script
def main(output, params, wildcards, threads):
    """Train to each target; write measurements, curves and record."""
    g, seed = float(wildcards.g), int(wildcards.seed)
    trial = Trial(dt=params.dt, **params.trial)

    stopwatch = Stopwatch.start()
    rates = learning_rates(params.targets, g)
    measurements, curves = learn_targets(params.N, g, seed, rates, trial, params.epochs)
    write_table(measurements, output.measurements)
    write_table(curves, output.curves)
    about = {"g": g, "seed": seed}
    record = training_record(about, params.code, threads, stopwatch)
    write_json(record, output.record)
