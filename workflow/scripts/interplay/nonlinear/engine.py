"""The compiled engine: simulate a batch of trials, and differentiate its loss exactly.

The rates and inputs of a step form one row, s[t] = [r[t], u[t]], so a step forward is one
product with [W B]. The adjoints of x and z form a row d[t] = [dt dL/dx[t+1], dL/dz[t-1]],
so a step backward is one product with [dt W; dt C]. The gradient of W, B and C is the sum
of d[t]ᵀ s[t] over all steps.
"""

from functools import cached_property

import numpy as np

from interplay.kernels.tile import LANES, LINE, ROWS, buffer, padded
from interplay.nonlinear.network import Network
from interplay.nonlinear.steps import advance, retreat
from interplay.tasks.trials import Trials


class Engine:
    """Buffers for batches of one shape, and the compiled loops that use them.

    Results are views of the buffers: the next call overwrites them.
    """

    def __init__(
        self, network: Network[np.ndarray], n_samples: int, n_trials: int, dt: float
    ):
        """Allocate the buffers of a forward pass; those of a gradient follow on first use.

        Args:
            network: gives sizes and dtype (float32 or float64) of the weights.
            n_samples: samples of a trial.
            n_trials: trials of a batch.
            dt: time step, in membrane time constants.
        """
        self.n_samples, self.n_trials = n_samples, n_trials
        self.n, self.n_inputs = network.B.shape
        self.n_outputs = network.C.shape[0]
        self._dtype = network.W.dtype
        self._columns = padded(self.n, LANES)
        self._states = self._rows(self.n_inputs)
        self._outputs = self._array(n_samples, self._states.shape[1], self.n_outputs)
        self._forward_panels = self._panels(self.n_inputs)
        self.dt = self._dtype.type(dt)

    @classmethod
    def for_batch(
        cls, network: Network[np.ndarray], trials: Trials, dt: float
    ) -> "Engine":
        """Return an engine for batches of the shape of `trials`."""
        n_samples, n_trials = trials.inputs.shape[:2]
        return cls(network, n_samples, n_trials, dt)

    def simulate(self, network: Network[np.ndarray], inputs: np.ndarray) -> np.ndarray:
        """Return the outputs of a batch of trials that start at x = 0.

        Args:
            network: the weights.
            inputs: (time, trial, Nin), u.

        Returns:
            (time, trial, Nout): z after each input sample; a view of a buffer.
        """
        W, B, C = map(np.ascontiguousarray, (network.W, network.B, network.C))
        inputs = np.ascontiguousarray(inputs)
        advance(
            self._states, self._outputs, self._forward_panels, inputs, W, B, C, self.dt
        )
        return self._outputs[:, : self.n_trials]

    def loss_and_gradient(
        self, network: Network[np.ndarray], trials: Trials
    ) -> tuple[float, Network[np.ndarray]]:
        """Return the `masked_loss` of a batch and its gradient, by back-propagation.

        Args:
            network: the weights.
            trials: a batch of the engine's shape.

        Returns:
            The loss, and dL/dW, dL/dB, dL/dC; views of buffers.
        """
        self.simulate(network, trials.inputs)
        W, C, targets, mask = map(
            np.ascontiguousarray, (network.W, network.C, trials.targets, trials.mask)
        )
        gradient = self._gradient
        loss = retreat(
            self._adjoints,
            self._states,
            self._outputs,
            self._backward_panels,
            self._sums,
            targets,
            mask,
            W,
            C,
            self.dt,
            gradient.W,
            gradient.B,
            gradient.C,
        )
        return loss, gradient

    @cached_property
    def _adjoints(self) -> np.ndarray:
        return self._rows(self.n_outputs)

    @cached_property
    def _backward_panels(self) -> np.ndarray:
        return self._panels(self.n_outputs)

    @cached_property
    def _sums(self) -> tuple[np.ndarray, np.ndarray]:
        heights = self._columns + self.n_outputs, self.n_inputs
        rates, inputs = (
            self._array(padded(height, ROWS), self._columns) for height in heights
        )
        return rates, inputs

    @cached_property
    def _gradient(self) -> Network[np.ndarray]:
        n = self.n
        shapes = (n, n), (n, self.n_inputs), (self.n_outputs, n)
        return Network(*(self._array(*shape) for shape in shapes))

    def _rows(self, n_more: int) -> np.ndarray:
        """Allocate a row per sample and trial: a number per neuron, then `n_more`."""
        width = padded(self._columns + n_more, LINE)
        return self._array(self.n_samples + 1, padded(self.n_trials, ROWS), width)

    def _panels(self, n_more: int) -> np.ndarray:
        return self._array(self._columns // LANES, self._columns + n_more, LANES)

    def _array(self, *shape: int) -> np.ndarray:
        return buffer(shape, self._dtype)
