"""Train linear networks at g = 0 and tabulate the eigenvalues of dW."""

import numpy as np

from interplay.linear.network import Trial
from interplay.linear.second_order import second_order
from interplay.runs.records import Stopwatch, training_record
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from job import script


@script
def main(output, params, threads):
    """Train the networks; write the eigenvalues and the record."""
    targets = np.array([target["zhat"] for target in params.targets], dtype=float)
    trial = Trial(dt=params.dt, **params.trial)
    stopwatch = Stopwatch.start()
    table = second_order(
        params.N, params.seeds, targets, params.learning_rate, params.epochs, trial
    )
    write_table(table, output.eigenvalues)
    about = {"g": 0.0, "seeds": params.seeds}
    record = training_record(about, params.code, threads, stopwatch)
    write_json(record, output.record)
