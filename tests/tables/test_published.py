"""How far our learning curves are from the published ones."""

import numpy as np
import pandas as pd

from interplay.tables.published import lstm_distances


def test_distances_from_published_curves_are_root_mean_squares():
    epochs = np.arange(20)
    curves = pd.DataFrame(
        {
            "experiment": np.repeat(["a", "b"], 40),
            "seed": np.tile(np.repeat([0, 1], 20), 2),
            "epoch": np.tile(epochs, 4),
        }
    )
    # Seeds differ around their mean: 0.01 per epoch, and 0.1 higher in b.
    curves["dev_loss"] = 0.01 * curves.epoch + 0.2 * (curves.seed - 0.5)
    curves["dev_loss"] += 0.1 * (curves.experiment == "b")
    curves["train_accuracy"] = 0.5
    published = pd.DataFrame(
        {
            "epoch": [5, 10, 10, 490],
            "quantity": ["dev_loss", "dev_loss", "train_accuracy", "dev_loss"],
            "value": [0.05, 0.1, 0.7, 3.0],
        }
    )
    table = lstm_distances(curves, published)
    assert table.experiment.tolist() == ["a", "a", "b", "b"]
    assert table.kind.tolist() == ["loss", "accuracy"] * 2
    np.testing.assert_allclose(table.distance, [0, 0.2, 0.1, 0.2], atol=1e-12)
    assert table.points.tolist() == [2, 1, 2, 1]
    assert table.identified.tolist() == [True, True, False, False]
