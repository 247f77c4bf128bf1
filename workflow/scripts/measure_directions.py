"""Measure directions of dW, and the loss with a larger dW, of the networks that settled."""

import pandas as pd

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.measurements.directions import (
    GAIN_COLUMNS,
    SHARE_COLUMNS,
    gain,
    shares,
)
from interplay.storage.tables import read_table
from job import script
from networks import write_measured


@script
def main(input, output, params, wildcards):
    """Measure each network of the experiment; write the two tables."""
    flush_denormals()
    networks = read_table(input.measured).set_index(["g", "seed"])
    ranks = networks.functional_rank[networks.settled].astype(int)

    def measure(trained):
        rank = ranks.get((trained.run.g, trained.run.seed))
        if rank is None:
            return {
                "directions": pd.DataFrame(columns=SHARE_COLUMNS),
                "gain": pd.DataFrame(columns=GAIN_COLUMNS),
            }
        return {
            "directions": shares(trained, rank, params.powers, params.permutations),
            "gain": gain(trained, params.gains, params.permutations, params.test_trials),
        }

    write_measured(input, output, wildcards.experiment, measure)
