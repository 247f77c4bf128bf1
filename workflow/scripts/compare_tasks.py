"""Compare tasks: a row per network, with the dimension of its task."""

import pandas as pd

from interplay.nonlinear.measurements.dimension import task_dimension
from interplay.runs.streams import stream
from interplay.storage.tables import concatenate, read_table, write_table
from interplay.tasks import make_task
from interplay.tasks.drawing import draw_trials, trial_length
from job import script

OF_NETWORKS = [
    "experiment", "task", "g", "seed", "N", "epochs", "convergence_epoch", "norm_dW",
    "functional_rank", "shuffle_loss_ratio", "converged", "settled", "complete",
]  # fmt: skip
"""columns of networks.csv that the table has"""


def dimension_of(parameters, n_trials: int) -> dict[str, float]:
    """Return `task_dimension` of an experiment's task, on trials of a stream of its own."""
    name, options = parameters["task"], parameters["options"]
    task = make_task(name, parameters["dt"], **options)

    def trials_stream():
        return stream("dimension of the task", "nonlinear", name)

    length = trial_length(task, name, trials_stream)
    return task_dimension(
        draw_trials(task, name, trials_stream(), n_trials, length=length)
    )


@script
def main(input, output, params):
    """Join the tables of networks, and measure the task of each experiment."""
    networks = concatenate([read_table(path) for path in input.networks])
    dimensions = pd.DataFrame(
        {"experiment": name, **dimension_of(parameters, params.test_trials)}
        for name, parameters in params.experiments.items()
    )
    joined = networks[OF_NETWORKS].merge(dimensions, "left", "experiment")
    write_table(joined, output.field)
