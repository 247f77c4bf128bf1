"""Find the loss of each network as trained, and with the entries of W0 permuted."""

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.measurements.shuffling import shuffle_loss
from job import script
from networks import write_measured


@script
def main(input, output, params, wildcards):
    """Measure each network of the experiment; write the table."""
    flush_denormals()
    write_measured(
        input,
        output,
        wildcards.experiment,
        lambda trained: {
            "shuffle_loss": shuffle_loss(trained, params.test_trials, params.shuffles)
        },
    )
