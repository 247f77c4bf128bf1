"""Gather the losses of an experiment, and find when each network converged and learned."""

from interplay.nonlinear.measurements.learning import convergence, learning_curve
from job import script
from networks import write_measured


@script
def main(input, output, params, wildcards):
    """Measure each network of the experiment; write the two tables."""
    write_measured(
        input,
        output,
        wildcards.experiment,
        lambda trained: {
            "losses": learning_curve(trained),
            "convergence": convergence(trained, params.threshold),
        },
    )
