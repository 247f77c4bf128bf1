"""Find the loss of each network as trained, and with the entries of W0 permuted."""

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.measurements.shuffling import shuffle_loss
from job import job
from networks import write_measured

with job(snakemake):
    flush_denormals()
    write_measured(
        snakemake,
        lambda trained: {
            "shuffle_loss": shuffle_loss(trained, snakemake.params.test_trials)
        },
    )
