"""The table of networks: what each network counts as."""

import math

import numpy as np
import pandas as pd

from interplay.tables.networks import with_decisions

INF, NAN = math.inf, math.nan

TABLE = pd.DataFrame(
    {
        "experiment": "romo", "task": "romo", "g": [0.0, 0.0, 0.3, 0.3, 0.6],
        "seed": [0, 1, 0, 1, 0], "epochs": [100, 100, 100, 7, 100], "initial_loss": 1.0,
        "convergence_epoch": [49.0, 50.0, 10.0, NAN, 10.0],
        "converged": [True, True, True, False, True],
        "functional_rank": [6, 6, None, None, None],
        "final_loss": [0.01, 0.2, 0.04, NAN, 0.3],
        "diverged": [False, False, False, True, False],
    }
)  # fmt: skip


def test_each_network_has_the_decisions_that_others_select_by():
    found = with_decisions(TABLE, largest_rank=25)
    assert found.settled.tolist() == [True, True, False, False, False]
    assert found.complete.tolist() == [True, True, False, False, False]
    assert found.solved.tolist() == [True, True, True, False, False]
    np.testing.assert_array_equal(found.counted_rank, [6, 6, 26, NAN, NAN])
    assert found.counted_epochs.tolist() == [49, 50, 10, INF, 10]
    assert found.counted_loss.tolist() == [0.01, 0.2, 0.04, INF, 0.3]
    slow = with_decisions(TABLE.assign(convergence_epoch=NAN, converged=False), 25)
    assert slow.counted_epochs.tolist() == [100, 100, 100, INF, 100]


def test_a_strength_is_complete_only_if_all_its_networks_settled():
    table = TABLE.assign(g=[0.0, 0.6, 0.0, 0.6, 0.9], functional_rank=[6, 6, None, 6, 6])
    assert with_decisions(table, 25).complete.tolist() == [False] * 4 + [True]
