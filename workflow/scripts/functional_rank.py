"""Find the loss of each network with dW truncated, and its functional rank."""

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.measurements.truncation import (
    functional_ranks,
    truncation_losses,
)
from job import job
from networks import write_measured


def main(snakemake):
    """Measure each network of the experiment; write the two tables."""
    params = snakemake.params
    flush_denormals()

    def measure(trained):
        truncated = truncation_losses(trained, params.test_trials, params.largest_rank)
        ranks = functional_ranks(trained, truncated, params.threshold)
        return {"truncation": truncated, "functional_rank": ranks}

    write_measured(snakemake, measure)


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
