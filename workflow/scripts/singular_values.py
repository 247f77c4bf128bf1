"""Find singular values, eigenvalues and norms of W0, W and dW, and vectors of dW."""

from interplay.nonlinear.measurements.spectra import (
    alignment,
    norms,
    spectrum,
    spectrum_of_eigenvalues,
)
from job import script
from networks import write_measured


@script
def main(input, output, wildcards):
    """Measure each network of the experiment; write the four tables."""
    write_measured(
        input,
        output,
        wildcards.experiment,
        lambda trained: {
            "spectrum": spectrum(trained),
            "eigenvalues": spectrum_of_eigenvalues(trained),
            "norms": norms(trained),
            "alignment": alignment(trained),
        },
    )
