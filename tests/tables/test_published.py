"""How far our learning curves are from the published ones."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student_t

from interplay.tables.published import _ends, lstm_distances


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


def test_the_last_epochs_are_compared_with_the_last_published_value_by_a_t_test():
    rows = [
        ("a", seed, epoch, 0.7 + 0.01 * seed + spike)
        for seed in range(4)
        # A spike in the last epoch does not count, nor do early epochs.
        for epoch, spike in enumerate([0.2, 0, 0, 0, 0, -0.3])
    ]
    columns = ["experiment", "seed", "epoch", "dev_accuracy"]
    curves = pd.DataFrame([*rows, ("b", 0, 3, 0.7)], columns=columns)
    published = pd.DataFrame(
        {"epoch": [3, 5], "quantity": "dev_accuracy", "value": [0.1, 0.73]}
    )
    first, second = _ends(curves, published).itertuples()
    assert (first.seeds, first.published, first.kind) == (4, 0.73, "accuracy")
    assert first.final == pytest.approx(0.715)
    error = np.std([0, 0.01, 0.02, 0.03], ddof=1) / 2
    assert first.final_error == pytest.approx(error)
    t = (0.715 - 0.73) / error
    assert first.p_value == pytest.approx(2 * student_t.cdf(t, df=3))
    assert second.seeds == 1 and np.isnan(second.p_value)
