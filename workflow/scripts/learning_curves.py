"""Gather the losses of an experiment, and find when each network converged."""

from interplay.nonlinear.measurements.learning import convergence, learning_curve
from job import job
from networks import write_measured

with job(snakemake):
    write_measured(
        snakemake,
        lambda trained: {
            "losses": learning_curve(trained),
            "convergence": convergence(trained, snakemake.params.threshold),
        },
    )
