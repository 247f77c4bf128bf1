"""The delayed discrimination task of Romo et al. (1999)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.runs.durations import samples
from interplay.tasks.trials import Example, Trials, within


@dataclass(frozen=True)
class Romo:
    """Report which of two pulses was larger; delays separate the pulses and the report.

    Times are in membrane time constants.
    """

    dt: float
    fixation: float = 3.0
    pulse: float = 1.0
    delay: tuple[float, float] = (2.0, 8.0)
    """shortest and longest delay between the pulses, uniform in between"""
    decision_delay: float = 5.0
    decision: float = 10.0
    amplitudes: tuple[float, float] = (0.5, 1.5)
    """smallest and largest pulse, uniform in between"""
    smallest_difference: float = 0.2
    amplitude: float = 0.5
    """of the target"""

    n_inputs: ClassVar[int] = 1
    n_outputs: ClassVar[int] = 2

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        """Draw `n_trials` independent trials; see `Trials` for the shapes."""
        delays = rng.uniform(*self.delay, n_trials)
        pulses = rng.uniform(*self.amplitudes, (n_trials, 2))
        while (close := self._too_close(pulses)).any():
            pulses[close] = rng.uniform(*self.amplitudes, (close.sum(), 2))
        return self._lay_out(pulses, delays)

    def example(self, rng: np.random.Generator) -> Example:
        """Return the trial with pulses 0.6 then 1.1 and the mean delay."""
        delay = sum(self.delay) / 2
        steps = (
            self.fixation, self.pulse, delay, self.pulse,
            self.decision_delay, self.decision,
        )  # fmt: skip
        trials = self._lay_out(np.array([[0.6, 1.1]]), np.array([delay]))
        return Example(trials, tuple(float(t) for t in np.cumsum(steps)))

    def describe(self, trials: Trials) -> dict[str, np.ndarray]:
        """Return the amplitudes of both pulses.

        Args:
            trials: drawn by this task.

        Returns:
            (trial,) each: stimulus_1, stimulus_2, and evidence, the size of the difference.
        """
        inputs = trials.inputs[..., 0]
        start = int(samples(self.fixation, self.dt))
        second = len(inputs) - 1 - np.argmax(inputs[::-1] > 0, axis=0)
        first, last = inputs[start], inputs[second, np.arange(inputs.shape[1])]
        return {
            "stimulus_1": first,
            "stimulus_2": last,
            "evidence": np.abs(first - last),
        }

    def _too_close(self, pulses: np.ndarray) -> np.ndarray:
        return np.abs(pulses[:, 0] - pulses[:, 1]) < self.smallest_difference

    def _lay_out(self, pulses, delays) -> Trials:
        """Return trials with these conditions; pulses: (trial, 2), delays: (trial,)."""
        longest = self.fixation + 2 * self.pulse + self.delay[1]
        length = int(samples(longest + self.decision_delay + self.decision, self.dt))
        pulse = samples(self.pulse, self.dt)
        first = samples(self.fixation, self.dt)
        second = first + pulse + samples(delays, self.dt)
        decision = second + pulse + samples(self.decision_delay, self.dt)
        end = decision + samples(self.decision, self.dt)

        n_trials = len(pulses)
        inputs = within(first, first + pulse, length) * pulses[:, 0]
        inputs = inputs + within(second, second + pulse, length) * pulses[:, 1]
        deciding = within(decision, end, length)
        targets = np.zeros((length, n_trials, self.n_outputs), np.float32)
        larger = np.argmax(pulses, axis=1)
        targets[:, np.arange(n_trials), larger] = self.amplitude * deciding
        counts = within(0, second + pulse, length) | deciding
        mask = np.repeat(counts[..., None], self.n_outputs, axis=2)
        return Trials(
            inputs[..., None].astype(np.float32), targets, mask.astype(np.float32)
        )
