"""Tabulate what theory predicts of the linear networks."""

import numpy as np

from interplay.linear.theory import predictions, scalings
from interplay.storage.tables import write_table
from job import script

POINTS = 101
"""strengths g at which the scalings are tabulated"""


@script
def main(output, params):
    """Write the predictions over learning time, and the scalings with g."""
    table = predictions(params.targets, params.g, params.epochs)
    write_table(table, output.theory)
    write_table(scalings(np.linspace(0, max(params.g), POINTS)), output.scalings)
