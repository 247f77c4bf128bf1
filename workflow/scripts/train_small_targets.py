"""Train linear networks with w orthogonal to Bm to small targets, for each N."""

from interplay.linear.first_order import train_small_targets
from interplay.linear.network import Trial
from interplay.linear.rates import learning_rates
from interplay.runs.records import Stopwatch, training_record
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from job import script


@script
def main(output, params, wildcards, threads):
    """Train to each target; write measurements, directions and record."""
    g, seed = float(wildcards.g), int(wildcards.seed)
    trial = Trial(dt=params.dt, **params.trial)
    rates = learning_rates(params.targets, g)

    stopwatch = Stopwatch.start()
    measurements, directions = train_small_targets(
        params.N,
        g,
        seed,
        rates,
        trial,
        params.epochs,
        params.threshold,
        params.shuffles,
    )
    directions.insert(0, "experiment", "small_targets")

    write_table(measurements, output.measurements)
    write_table(directions, output.directions)
    about = {"g": g, "seed": seed}
    record = training_record(about, params.code, threads, stopwatch)
    write_json(record, output.record)
