"""Each row of the tasks' specification: durations, amplitudes, masks, distributions."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay import make_task
from interplay.storage.errors import InputError

DT = 0.5
VARIANTS = [
    ("flipflop", {"hold": "per_channel"}, (2, 2, 100)),
    ("flipflop", {"hold": "last_pulse"}, (2, 2, 100)),
    ("flipflop", {"hold": "per_channel", "channels": 5}, (5, 5, 100)),
    ("mante", {}, (4, 1, 96)),
    ("romo", {}, (1, 2, 56)),
]


def draw(name, n_trials=400, seed=0, **options):
    return make_task(name, DT, **options).draw(np.random.default_rng(seed), n_trials)


@pytest.mark.parametrize("name, options, shape", VARIANTS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), n_trials=st.integers(1, 40))
def test_invariants(name, options, shape, seed, n_trials):
    n_inputs, n_outputs, length = shape
    inputs, targets, mask = trials = draw(name, n_trials, seed, **options)
    for array, again in zip(trials, draw(name, n_trials, seed, **options), strict=True):
        np.testing.assert_array_equal(array, again)
    assert inputs.shape == (length, n_trials, n_inputs)
    assert targets.shape == mask.shape == (length, n_trials, n_outputs)
    assert {a.dtype for a in (inputs, targets, mask)} == {np.dtype(np.float32)}
    assert set(np.unique(mask)) <= {0, 1}
    assert set(np.unique(targets)) <= {-0.5, 0, 0.5}
    assert np.all(mask == mask[..., :1]), "the mask is the same on every channel"


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("hold", ["per_channel", "last_pulse"])
def test_flipflop_trial_by_trial(hold, channels):
    """Retell each trial from its inputs alone, one sample after the other."""
    inputs, targets, mask = draw("flipflop", hold=hold, channels=channels)
    assert inputs.any(axis=(0, 1)).all(), "each channel is pulsed"
    for trial in range(inputs.shape[1]):
        held, onset = np.zeros(channels), None
        for t in range(100):
            channel = np.flatnonzero(inputs[t, trial])
            started = len(channel) and (t == 0 or not inputs[t - 1, trial].any())
            if started:
                onset = t
                if hold == "last_pulse":
                    held = np.zeros(channels)
                held[channel[0]] = 0.5 * inputs[t, trial, channel[0]]
            decided = onset is not None and t >= onset + 10
            assert mask[t, trial, 0] == decided
            np.testing.assert_array_equal(targets[t, trial], held)


@pytest.mark.parametrize(
    ("hold", "digest"),
    [("per_channel", "e964c817137dde5c"), ("last_pulse", "d7433c354713765c")],
)
def test_two_channels_are_the_trials_from_before_there_was_a_choice(hold, digest):
    trials = draw("flipflop", 32, 7, hold=hold, channels=2)
    found = hashlib.sha256(b"".join(array.tobytes() for array in trials)).hexdigest()
    assert found.startswith(digest)


def test_one_channel_is_the_same_task_for_both_kinds():
    kinds = (
        draw("flipflop", 50, hold=h, channels=1) for h in ("per_channel", "last_pulse")
    )
    for one, other in zip(*kinds, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_flipflop_without_a_channel_is_refused():
    with pytest.raises(InputError, match="channels: expected an integer from 1, found 0"):
        make_task("flipflop", DT, channels=0)


def test_flipflop_pulses():
    inputs, _, _ = draw("flipflop", 4000)
    pulsed = np.abs(inputs).sum(axis=2)
    assert set(np.unique(pulsed)) == {0, 1}
    onsets = (np.diff(pulsed, axis=0, prepend=0) > 0).T
    assert onsets[:, 2].all(), "the first pulse comes at t = 1"
    gaps = np.concatenate([np.diff(np.flatnonzero(trial)) for trial in onsets])
    assert gaps.min() >= 20, "the decision delay of 5 and at least 5 more"
    assert gaps.max() <= 60
    signs = inputs[2].sum(axis=1)
    assert abs(signs.mean()) < 4 / np.sqrt(len(signs))
    first_channel = np.abs(inputs[2, :, 0])
    assert abs(first_channel.mean() - 0.5) < 2 / np.sqrt(len(first_channel))


def test_mante():
    inputs, targets, mask = draw("mante", 4000)
    contexts, signals = inputs[..., :2], inputs[..., 2:]
    np.testing.assert_array_equal(contexts[6:46].sum(axis=2), 1)
    assert not contexts[:6].any() and not contexts[46:].any()
    assert np.all(contexts[6:46] == contexts[6])
    silent = np.concatenate([signals[:6], signals[46:]])
    assert silent.std() == pytest.approx(0.05 / np.sqrt(DT), rel=0.01)
    means = signals[6:46].mean(axis=0)
    levels = np.array([-1, -0.5, -0.25, -0.125, 0.125, 0.25, 0.5, 1])
    nearest = levels[np.abs(means[..., None] - levels).argmin(axis=-1)]
    share = [(nearest == level).mean() for level in levels]
    np.testing.assert_allclose(share, 1 / 8, atol=0.02)
    assert abs(np.corrcoef(nearest.T)[0, 1]) < 4 / np.sqrt(4000)
    relevant = nearest[np.arange(4000), contexts[6].argmax(axis=1)]
    np.testing.assert_array_equal(
        targets[56:, :, 0], np.tile(0.5 * np.sign(relevant), (40, 1))
    )
    assert not targets[:56].any()
    assert mask[:46].all() and not mask[46:56].any() and mask[56:].all()


def test_romo():
    inputs, targets, mask = draw("romo", 4000)
    u = inputs[..., 0].T
    delays = []
    for trial in range(4000):
        on = np.flatnonzero(u[trial])
        assert len(on) == 4 and on[0] == 6 and on[1] == 7 and on[3] == on[2] + 1
        delays.append(on[2] - 8)
        first, second = u[trial, on[0]], u[trial, on[2]]
        assert abs(first - second) >= 0.2 - 1e-6
        assert min(first, second) >= 0.5 and max(first, second) <= 1.5
        end = on[3] + 1
        decision = slice(end + 10, end + 30)
        expected = np.zeros((56, 2))
        expected[decision, 0 if first > second else 1] = 0.5
        np.testing.assert_array_equal(targets[:, trial], expected)
        counted = np.zeros(56)
        counted[:end] = counted[decision] = 1
        np.testing.assert_array_equal(mask[:, trial, 0], counted)
    assert set(delays) == set(range(4, 16))
    assert np.mean(delays) == pytest.approx(9.5, abs=0.3)


def test_initial_losses_tell_the_variants_apart():
    """With a silent readout the loss is that of the target alone."""
    for hold, expected in {"per_channel": 0.083, "last_pulse": 0.0625}.items():
        _, targets, mask = draw("flipflop", 4000, hold=hold)
        loss = 0.5 * (mask * targets**2).sum() / mask.sum()
        assert loss == pytest.approx(expected, rel=0.02)
