"""The dimension of a task, on signals of known dimension and on the paper's tasks."""

import numpy as np
import pytest

from interplay import make_task
from interplay.nonlinear.measurements.dimension import participation_ratio, task_dimension
from interplay.tasks.trials import Trials

PATTERN = np.array([-1.0, 1.0])


def independent(n_channels):
    """Return every combination of signs, (sample, channel): equal, independent channels."""
    grid = np.meshgrid(*[PATTERN] * n_channels)
    return np.stack([axis.ravel() for axis in grid], axis=1).astype(np.float32)


@pytest.mark.parametrize("n_channels", [1, 2, 5])
def test_equal_independent_channels_count_each(n_channels):
    signals = independent(n_channels)
    assert participation_ratio(signals) == pytest.approx(n_channels, rel=1e-12)
    # In other coordinates, of another size, with an offset.
    rotated, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(n_channels,) * 2))
    assert participation_ratio(3 * signals @ rotated + 7) == pytest.approx(n_channels)


def test_a_signal_of_rank_one_has_dimension_one():
    signals = independent(1) * [[0.5, -2.0, 0.0, 1.0]]
    assert participation_ratio(signals) == pytest.approx(1)
    assert np.isnan(participation_ratio(np.ones((4, 2))))


def test_unequal_channels_count_by_their_variance():
    eigenvalues = np.array([4.0, 1.0, 0.25])
    signals = independent(3) * np.sqrt(eigenvalues)
    expected = eigenvalues.sum() ** 2 / (eigenvalues**2).sum()
    assert participation_ratio(signals) == pytest.approx(expected)


def test_samples_count_where_the_loss_depends_on_them():
    """Of four times, the third is scored: inputs before it count, too, later ones do not."""
    combinations = independent(2)
    inputs = np.zeros((4, 4, 2), np.float32)
    inputs[1] = combinations
    inputs[3] = 100 * combinations[:, :1]
    targets, mask = np.zeros((4, 4, 3), np.float32), np.zeros((4, 4, 3), np.float32)
    targets[2, :, :2] = combinations
    targets[3, :, 2] = 100
    mask[2] = 1
    assert task_dimension(Trials(inputs, targets, mask)) == {
        "n_inputs": 2, "n_outputs": 3,
        "input_dimension": pytest.approx(2), "target_dimension": pytest.approx(2),
    }  # fmt: skip


@pytest.mark.parametrize("channels", [2, 4])
def test_memories_of_a_flipflop_are_independent(channels):
    task = make_task("flipflop", 0.5, hold="per_channel", channels=channels)
    found = task_dimension(task.draw(np.random.default_rng(1), 1000))
    assert found["n_inputs"] == found["n_outputs"] == channels
    assert found["target_dimension"] == pytest.approx(channels, rel=0.02)
    assert found["input_dimension"] == pytest.approx(channels, rel=0.02)


def test_one_output_has_one_dimension():
    task = make_task("mante", 0.5)
    found = task_dimension(task.draw(np.random.default_rng(1), 100))
    assert (found["n_inputs"], found["n_outputs"]) == (4, 1)
    assert found["target_dimension"] == pytest.approx(1)
    assert 1 < found["input_dimension"] < 4
