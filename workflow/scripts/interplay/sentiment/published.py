"""Distance of learning curves from the published ones (the paper's supplement).

The rule that chose the reading `identified`: of the rates that were trained, the one whose
losses have the smallest distance. Accuracies are the check. What the networks' weights or
truncations show is not used.
"""

import pandas as pd

WINDOW = 5
"""epochs over which a curve is averaged around each published epoch"""


def distances(curves: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Return how far each experiment's learning curves are from the published ones.

    Args:
        curves: experiment, seed, epoch, train_loss, train_accuracy, dev_loss,
            dev_accuracy; of one or more experiments.
        published: epoch, quantity (a column of `curves`), value; read off a plot.

    Returns:
        A row per experiment and kind of quantity: experiment, kind (loss, accuracy),
        distance (root mean square over the published points, of the mean over seeds and
        over `WINDOW` epochs), points (the published ones within the experiment's epochs),
        identified (bool): the experiment has the smallest distance of its losses.
    """
    rows = []
    for experiment, of_experiment in curves.groupby("experiment", sort=False):
        means = of_experiment.groupby("epoch")[sorted(set(published["quantity"]))].mean()
        smooth = means.rolling(WINDOW, center=True, min_periods=1).mean()
        points = published[published["epoch"].isin(smooth.index)]
        errors = points["value"] - [
            smooth.at[epoch, quantity]
            for epoch, quantity in zip(points["epoch"], points["quantity"], strict=True)
        ]
        kinds = points["quantity"].str.rsplit("_", n=1).str[-1]
        for kind in ("loss", "accuracy"):
            chosen = errors[kinds == kind]
            distance = float((chosen**2).mean() ** 0.5)
            rows.append((experiment, kind, distance, len(chosen)))
    table = pd.DataFrame(rows, columns=["experiment", "kind", "distance", "points"])
    of_losses = table[table.kind == "loss"].set_index("experiment").distance
    return table.assign(identified=table.experiment == of_losses.idxmin())
