"""Find singular values, eigenvalues and norms of W0, W and dW of an experiment."""

from interplay.nonlinear.measurements.spectra import (
    norms,
    spectrum,
    spectrum_of_eigenvalues,
)
from job import job
from networks import write_measured

with job(snakemake):
    write_measured(
        snakemake,
        lambda trained: {
            "spectrum": spectrum(trained),
            "eigenvalues": spectrum_of_eigenvalues(trained),
            "norms": norms(trained),
        },
    )
