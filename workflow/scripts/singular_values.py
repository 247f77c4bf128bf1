"""Find singular values, eigenvalues and norms of W0, W and dW of an experiment."""

from interplay.nonlinear.measurements.spectra import (
    norms,
    spectrum,
    spectrum_of_eigenvalues,
)
from job import script
from networks import write_measured


@script
def main(input, output, wildcards):
    """Measure each network of the experiment; write the three tables."""
    write_measured(
        input,
        output,
        wildcards.experiment,
        lambda trained: {
            "spectrum": spectrum(trained),
            "eigenvalues": spectrum_of_eigenvalues(trained),
            "norms": norms(trained),
        },
    )
