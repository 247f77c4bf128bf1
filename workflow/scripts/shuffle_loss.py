"""Find the loss of each network as trained, and with the entries of W0 permuted."""

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.measurements.shuffling import shuffle_loss
from job import job
from networks import write_measured


def main(snakemake):
    """Measure each network of the experiment; write the table."""
    flush_denormals()
    n_trials = snakemake.params.test_trials
    write_measured(
        snakemake, lambda trained: {"shuffle_loss": shuffle_loss(trained, n_trials)}
    )


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
