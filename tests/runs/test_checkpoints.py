"""Checkpoints: whose they are, when they are written, and what damage does."""

import logging

import numpy as np
import pytest

from interplay.optimisers.state import OptimiserState, initial_moments
from interplay.runs.checkpoints import Checkpoints
from interplay.runs.finished import CHECKPOINT, remove_finished

WEIGHTS = {"W": np.arange(6, dtype=np.float32).reshape(2, 3)}
STATE = OptimiserState(WEIGHTS, initial_moments(WEIGHTS))
PROGRESS = {"losses": np.array([0.5, 0.25])}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "checkpoint.safetensors"


@pytest.mark.parametrize("state", [STATE, OptimiserState(WEIGHTS, {})])
def test_what_is_saved_is_loaded(path, state):
    Checkpoints(path, "this run").save(state, PROGRESS)
    loaded, progress = Checkpoints(path, "this run").load()
    assert loaded.groups.keys() == state.groups.keys()
    for group, arrays in state.groups.items():
        for name, array in arrays.items():
            np.testing.assert_array_equal(loaded.groups[group][name], array)
    np.testing.assert_array_equal(progress["losses"], PROGRESS["losses"])


def test_a_checkpoint_of_another_run_is_ignored(path):
    Checkpoints(path, "that run").save(STATE, PROGRESS)
    assert Checkpoints(path, "this run").load() is None


def test_a_truncated_checkpoint_is_logged_and_ignored(path, caplog):
    checkpoints = Checkpoints(path, "this run")
    checkpoints.save(STATE, PROGRESS)
    path.write_bytes(path.read_bytes()[:-10])
    with caplog.at_level(logging.WARNING):
        assert checkpoints.load() is None
    assert "found damage" in caplog.text


def test_checkpoints_are_written_after_a_second_and_then_more_rarely(path, monkeypatch):
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    checkpoints = Checkpoints(path, "this run", every=10.0)
    times = []
    for _ in range(400):
        now += 0.1
        before = path.stat().st_mtime_ns if path.exists() else None
        checkpoints.save_if_due(lambda: (STATE, PROGRESS))
        if path.exists() and path.stat().st_mtime_ns != before:
            times.append(round(now - 100, 1))
    assert times[0] == pytest.approx(1.0, abs=0.11)
    np.testing.assert_allclose(np.diff(times), [2, 4, 8, 10, 10], atol=0.11)
    checkpoints.remove()
    assert not path.exists()
    assert checkpoints.load() is None


def test_checkpoints_of_finished_networks_are_removed(tmp_path):
    for name in ("finished", "begun"):
        path = tmp_path / name / CHECKPOINT
        path.parent.mkdir()
        Checkpoints(path, "this run").save(STATE, PROGRESS)
    (tmp_path / "finished/network.safetensors").touch()
    remove_finished(tmp_path)
    assert list(tmp_path.glob(f"*/{CHECKPOINT}")) == [tmp_path / "begun" / CHECKPOINT]
