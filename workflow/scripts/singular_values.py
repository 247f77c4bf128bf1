"""Find singular values, eigenvalues and norms of W0, W and dW of an experiment."""

from interplay.nonlinear.measurements.spectra import (
    norms,
    spectrum,
    spectrum_of_eigenvalues,
)
from job import job
from networks import write_measured


def main(snakemake):
    """Measure each network of the experiment; write the three tables."""
    write_measured(
        snakemake,
        lambda trained: {
            "spectrum": spectrum(trained),
            "eigenvalues": spectrum_of_eigenvalues(trained),
            "norms": norms(trained),
        },
    )


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
