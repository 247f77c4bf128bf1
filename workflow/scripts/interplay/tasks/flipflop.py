"""The flip-flop: remember the sign of past pulses."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from interplay.runs.durations import samples
from interplay.tasks.trials import Example, Trials


@dataclass(frozen=True)
class FlipFlop:
    """Pulses of random sign arrive on channels; each output reports a remembered sign.

    The paper has two channels. Its text asks each output for the last sign of its own channel
    (`hold="per_channel"`). In the published Fig. 1(a) an output returns to 0 as soon as
    the other channel is pulsed (`hold="last_pulse"`). With one channel, both are the same.

    Times are in membrane time constants; intervals run from onset to onset.
    """

    dt: float
    hold: Literal["per_channel", "last_pulse"] = "per_channel"
    duration: float = 50.0
    first_onset: float = 1.0
    pulse: float = 1.0
    decision_delay: float = 5.0
    gap: tuple[float, float] = (5.0, 25.0)
    """the next pulse comes `decision_delay` + U(gap) after the last"""
    amplitude: float = 0.5
    """of the target"""
    channels: int = 2
    """each has an input and an output"""

    def __post_init__(self):
        """Raise `ValueError` without a channel."""
        if self.channels < 1:
            raise ValueError(
                f"channels: expected an integer from 1, found {self.channels}"
            )

    @property
    def n_inputs(self) -> int:
        """Number of input channels."""
        return self.channels

    @property
    def n_outputs(self) -> int:
        """Number of output channels."""
        return self.channels

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        """Draw `n_trials` independent trials; see `Trials` for the shapes."""
        shape = (self._most_pulses(), n_trials)
        intervals = self.decision_delay + rng.uniform(*self.gap, shape)
        intervals[0] = self.first_onset
        onsets = np.cumsum(intervals, axis=0)
        channels = rng.integers(self.n_inputs, size=shape)
        signs = rng.choice([-1.0, 1.0], size=shape)
        return self._lay_out(samples(onsets, self.dt), channels, signs)

    def example(self, rng: np.random.Generator) -> Example:
        """Return a trial of twice the length with frequent pulses; phases are their onsets."""
        busy = FlipFlop(
            self.dt, self.hold, duration=100.0, gap=(3.0, 10.0), channels=self.channels
        )
        trials = busy.draw(rng, 1)
        pulsed = np.abs(trials.inputs[:, 0]).sum(axis=1) > 0
        onsets = np.flatnonzero(np.diff(pulsed, prepend=False) & pulsed)
        return Example(trials, tuple(float(t) for t in onsets * self.dt))

    def _most_pulses(self) -> int:
        shortest = self.decision_delay + self.gap[0]
        return int((self.duration - self.first_onset) / shortest) + 1

    def _lay_out(self, onsets, channels, signs) -> Trials:
        """Return trials with these pulses: onset sample, channel, sign; (pulse, trial)."""
        length = int(samples(self.duration, self.dt))
        n_pulses, n_trials = onsets.shape
        time = np.arange(length)[:, None]

        # memory[k]: the target of the outputs after k pulses.
        memory = np.zeros((n_pulses + 1, n_trials, self.n_outputs), np.float32)
        pulses = np.zeros_like(memory)
        last_onset = np.full((n_pulses + 1, n_trials), -length)
        last_onset[1:] = onsets
        trial = np.arange(n_trials)
        for k in range(n_pulses):
            if self.hold == "per_channel":
                memory[k + 1] = memory[k]
            memory[k + 1, trial, channels[k]] = self.amplitude * signs[k]
            pulses[k + 1, trial, channels[k]] = signs[k]

        come = (time[None] >= onsets[:, None]).sum(axis=0)
        since = time - last_onset[come, trial]
        pulsed = (come > 0) & (since < samples(self.pulse, self.dt))
        decided = (come > 0) & (since >= samples(self.decision_delay, self.dt))
        mask = np.repeat(decided[..., None], self.n_outputs, axis=2)
        return Trials(
            inputs=pulses[come, trial] * pulsed[..., None],
            targets=memory[come, trial],
            mask=mask.astype(np.float32),
        )
