"""Train one linear network to each target, starting from the same W0."""

import logging

import numpy as np

from interplay.linear.descent import arrays_of, descend
from interplay.linear.measurements import compared_directions, curves, measurements
from interplay.linear.network import Trial, draw_network
from interplay.linear.rates import learning_rates
from interplay.runs.records import Stopwatch, training_record
from interplay.runs.streams import stream
from interplay.storage.arrays import write_arrays
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from job import script

logger = logging.getLogger("interplay")


@script
def main(output, params, wildcards, threads):
    """Train to each target; write measurements, directions, curves, arrays, record."""
    g, seed = float(wildcards.g), int(wildcards.seed)
    trial = Trial(dt=params.dt, **params.trial)
    rates = learning_rates(params.targets, g)

    stopwatch = Stopwatch.start()
    network = draw_network(params.N, g, seed)
    zhat, eta = np.array(list(rates)), np.array(list(rates.values()))
    probes = stream("probes", "linear", g, seed)
    descents = descend(network, zhat, eta, params.epochs, trial, probes)
    logger.info("bases of %d and %d directions", *descents[0].core.shape[1:])
    measured = measurements(
        network, descents, g, seed, trial, params.threshold, params.shuffles
    )
    directions = compared_directions(network, descents, g, seed)
    directions.insert(0, "experiment", "linear")

    write_table(measured, output.measurements)
    write_table(directions, output.directions)
    write_table(curves(descents, g, seed), output.curves)
    write_arrays(arrays_of(descents), output.network)
    about = {"g": g, "seed": seed}
    record = training_record(about, params.code, threads, stopwatch)
    write_json(record, output.record)
