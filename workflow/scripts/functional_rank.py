"""Find the loss of each network with dW truncated, and its functional rank."""

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.measurements.truncation import (
    functional_ranks,
    truncation_losses,
)
from job import script
from networks import write_measured


@script
def main(input, output, params, wildcards):
    """Measure each network of the experiment; write the two tables."""
    flush_denormals()

    def measure(trained):
        truncated = truncation_losses(trained, params.rank_trials, params.largest_rank)
        ranks = functional_ranks(trained, truncated, params.threshold, params.rank_trials)
        return {"truncation": truncated, "functional_rank": ranks}

    write_measured(input, output, wildcards.experiment, measure)
