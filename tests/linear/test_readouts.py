"""The readout before training against N."""

import numpy as np
import pytest

from interplay.linear.network import Trial, draw_network, loss_of, simulate
from interplay.linear.readouts import initial_readouts

TRIAL = Trial(duration=60, onset=1, window=1, dt=0.5)


def test_the_deviation_is_the_inverse_root_of_n():
    table = initial_readouts([16, 64, 256], 400)
    assert table.networks.tolist() == [400] * 3
    # The standard error of a root mean square of 400 normal numbers is 1 in 28 of it.
    np.testing.assert_allclose(table.deviation * np.sqrt(table.N), 1, atol=0.15)


def test_it_is_the_readout_that_a_trial_ends_with():
    (row,) = initial_readouts([32], 3).itertuples()
    readouts = []
    for seed in range(3):
        network = draw_network(32, 0.0, seed)
        z = simulate(network, network.W0, TRIAL)
        assert loss_of(z, 2.0, TRIAL) == pytest.approx((2 - z[-1]) ** 2 / 2)
        readouts.append(z[-1])
    assert row.deviation == pytest.approx(np.sqrt(np.mean(np.square(readouts))))
