"""The context-dependent decision task of Mante et al. (2013)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.runs.durations import samples
from interplay.tasks.trials import Example, Trials, within


@dataclass(frozen=True)
class Mante:
    """Report the mean sign of one of two noisy signals, which a context selects.

    Input channels 0 and 1 are the contexts of signals 2 and 3. Times are in membrane time
    constants.
    """

    dt: float
    fixation: float = 3.0
    stimulus: float = 20.0
    delay: float = 5.0
    decision: float = 20.0
    coherences: tuple[float, ...] = (-1, -1 / 2, -1 / 4, -1 / 8, 1 / 8, 1 / 4, 1 / 2, 1)
    noise: float = 0.05
    """standard deviation of a signal's white noise over one time constant"""
    amplitude: float = 0.5
    """of the target"""

    n_inputs: ClassVar[int] = 4
    n_outputs: ClassVar[int] = 1

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        """Draw `n_trials` independent trials; see `Trials` for the shapes."""
        relevant = rng.integers(2, size=n_trials)
        coherence = rng.choice(self.coherences, size=(n_trials, 2))
        return self._lay_out(rng, relevant, coherence)

    def example(self, rng: np.random.Generator) -> Example:
        """Return a trial whose two signals have coherences of opposite sign."""
        trials = self._lay_out(rng, np.array([0]), np.array([[0.5, -0.5]]))
        return Example(trials, self._boundaries()[1:4])

    def describe(self, trials: Trials) -> dict[str, np.ndarray]:
        """Return the mean of each signal during the stimulus, the relevant one first.

        Args:
            trials: drawn by this task.

        Returns:
            (trial,) each: stimulus_1, stimulus_2, and evidence, the size of the first.
        """
        start, stop = samples(self._boundaries()[1:3], self.dt)
        contexts, signals = np.split(trials.inputs[start:stop].mean(axis=0), 2, axis=1)
        relevant, other = (signals * contexts).sum(1), (signals * (1 - contexts)).sum(1)
        return {
            "stimulus_1": relevant,
            "stimulus_2": other,
            "evidence": np.abs(relevant),
        }

    def _boundaries(self) -> tuple[float, ...]:
        lengths = (self.fixation, self.stimulus, self.delay, self.decision)
        return (0.0, *(float(t) for t in np.cumsum(lengths)))

    def _lay_out(self, rng, relevant, coherence) -> Trials:
        """Return trials with these conditions; relevant: (trial,), coherence: (trial, 2)."""
        _, stimulus, delay, decision, end = samples(self._boundaries(), self.dt)
        n_trials = len(relevant)
        inputs = np.zeros((end, n_trials, self.n_inputs), np.float32)
        inputs[stimulus:delay, :, :2] = np.eye(2)[relevant]
        inputs[stimulus:delay, :, 2:] = coherence
        noise = rng.standard_normal((end, n_trials, 2), np.float32)
        inputs[:, :, 2:] += np.float32(self.noise / np.sqrt(self.dt)) * noise

        correct = np.sign(coherence[np.arange(n_trials), relevant])
        targets = np.zeros((end, n_trials, 1), np.float32)
        targets[decision:, :, 0] = self.amplitude * correct
        counts = within(0, delay, end) | within(decision, end, end)
        mask = np.broadcast_to(counts[..., None], targets.shape)
        return Trials(inputs, targets, mask.astype(np.float32))
