"""Tabulate what theory predicts of the linear networks."""

import numpy as np
import pandas as pd

from interplay.linear.rates import learning_rate
from interplay.linear.theory import prediction, scalings
from interplay.storage.tables import write_table
from job import job

POINTS = 101
"""strengths g at which the scalings are tabulated"""

with job(snakemake):
    params = snakemake.params
    tables = [
        prediction(
            target["zhat"],
            g,
            until=params.epochs * float(learning_rate(target["learning_rate"], g)),
        )
        for target in params.targets
        for g in params.g
    ]
    write_table(pd.concat(tables, ignore_index=True), snakemake.output.theory)
    write_table(
        scalings(np.linspace(0, max(params.g), POINTS)), snakemake.output.scalings
    )
