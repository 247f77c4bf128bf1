"""Gather the losses of an experiment, and find when each network converged and learned."""

import pandas as pd

from interplay.nonlinear.measurements.learning import convergence, learning_curve
from interplay.nonlinear.trained import TrainedNetwork
from job import job
from networks import write_measured


def learning_curves(trained: TrainedNetwork, threshold: float) -> dict[str, pd.DataFrame]:
    """Return the tables of one network, by the names of the rule's outputs."""
    return {
        "losses": learning_curve(trained),
        "convergence": convergence(trained, threshold),
    }


if __name__ == "__main__":
    with job(snakemake):
        threshold = snakemake.params.threshold
        write_measured(snakemake, lambda trained: learning_curves(trained, threshold))
