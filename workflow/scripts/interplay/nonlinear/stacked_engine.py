"""The losses and gradients of a stack of networks, on torch's tensors.

On a GPU, the hundreds of kernels of a step are recorded once as a CUDA graph and then
replayed as one launch.
"""

from collections.abc import Callable
from functools import partial

import torch

from interplay.nonlinear.network import Network
from interplay.optimisers.in_torch import Tensors

LossesAndGradients = tuple[torch.Tensor, Tensors]


def losses_and_gradients(
    network: Network[torch.Tensor],
    dt: float,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    mask: torch.Tensor,
) -> Callable[..., LossesAndGradients]:
    """Return `StackedEngine.losses_and_gradients` of this network, for such batches.

    On a GPU its kernels are recorded: a call overwrites the results of the last one, and
    the weights may change only in place.

    Args:
        network, inputs, targets, mask: see there.
        dt: time step, in membrane time constants.
    """
    engine = StackedEngine.for_batch(network, inputs, dt)
    compute = partial(engine.losses_and_gradients, network)
    if inputs.is_cuda:
        return Recording(compute, inputs, targets, mask).replay
    return compute


class StackedEngine:
    """Buffers for a stack of networks, and the loops that use them.

    The equations and the rows of states and adjoints are those of
    `interplay.nonlinear.engine`.
    """

    def __init__(
        self, network: Network[torch.Tensor], n_samples: int, n_trials: int, dt: float
    ):
        """Allocate the buffers.

        Args:
            network: stacked, W: (run, N, N), B: (run, N, Nin), C: (run, Nout, N).
            n_samples: samples of a trial.
            n_trials: trials per network.
            dt: time step, in membrane time constants.
        """
        n_runs, self.n, n_inputs = network.B.shape
        self.dt = dt
        rows, steps = (n_runs, n_trials), n_samples + 1
        zeros = network.W.detach().new_zeros
        self.x = zeros(*rows, self.n)
        self.states = zeros(steps, *rows, self.n + n_inputs)
        self.adjoints = zeros(steps, *rows, self.n + network.C.shape[1])
        self.recurrent = zeros(*rows, self.n)

    @classmethod
    def for_batch(
        cls, network: Network[torch.Tensor], inputs: torch.Tensor, dt: float
    ) -> "StackedEngine":
        """Return an engine for batches of the shape of these inputs."""
        n_samples, _, n_trials, _ = inputs.shape
        return cls(network, n_samples, n_trials, dt)

    @torch.no_grad()
    def losses_and_gradients(
        self,
        network: Network[torch.Tensor],
        inputs: torch.Tensor,
        targets: torch.Tensor,
        mask: torch.Tensor,
    ) -> LossesAndGradients:
        """Return the `masked_loss` of each network, and its gradient.

        Args:
            network: stacked.
            inputs: (time, run, trial, Nin).
            targets, mask: (time, run, trial, Nout).

        Returns:
            (run,); and the gradients, stacked like the weights.
        """
        n, dt, states, adjoints = self.n, self.dt, self.states, self.adjoints
        W, B, C = network.W, network.B, network.C
        rates = states[..., :n]
        forward_weights = dt * torch.cat([W, B], dim=2).mT
        states[:-1, ..., n:] = inputs
        self.x.zero_()
        for now, after in zip(states, rates[1:], strict=False):
            self.x.baddbmm_(now, forward_weights, beta=1 - dt)
            torch.tanh(self.x, out=after)

        difference = rates[1:] @ C.mT - targets
        error = mask * difference
        counted = mask.sum((0, 2, 3))
        losses = 0.5 * (error * difference).sum((0, 2, 3)) / counted

        backward_weights = torch.cat([dt * W, C], dim=1)
        adjoints[1:, ..., n:] = error / counted[:, None, None]
        adjoints[-1, ..., :n] = 0
        slopes = 1 - rates.square()
        for t in range(len(states) - 1, 0, -1):
            torch.bmm(adjoints[t], backward_weights, out=self.recurrent)
            later, earlier = adjoints[t, ..., :n], adjoints[t - 1, ..., :n]
            torch.addcmul((1 - dt) * later, slopes[t], self.recurrent, out=earlier)
        total = _rows_of_each(adjoints).mT @ _rows_of_each(states)
        grad_x, grad_z = dt * total[:, :n], total[:, n:]
        gradients = {"W": grad_x[..., :n], "B": grad_x[..., n:], "C": grad_z[..., :n]}
        # The fused Adam reads a gradient as if it were laid out like its weights.
        return losses, {name: part.contiguous() for name, part in gradients.items()}


class Recording:
    """The kernels that a function launches on a GPU, recorded to be replayed as one launch."""

    def __init__(
        self, function: Callable[..., LossesAndGradients], *inputs: torch.Tensor
    ):
        """Record the function on copies of the inputs.

        Args:
            function: its kernels and their addresses are the same at each call.
            inputs: its arguments, on the GPU.
        """
        # The recording reads the memory that the function holds.
        self._function = function
        self._inputs = [tensor.clone() for tensor in inputs]
        # The first call makes the libraries allocate and initialise, which a graph cannot
        # record. It runs on a stream of its own, as torch's documentation requires.
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            function(*self._inputs)
        torch.cuda.current_stream().wait_stream(side)
        self._graph = torch.cuda.CUDAGraph()
        # Other threads may meanwhile copy trials to the GPU.
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            self._outputs = function(*self._inputs)

    def replay(self, *inputs: torch.Tensor) -> LossesAndGradients:
        """Return what the function returns for other inputs of the same shapes."""
        for own, tensor in zip(self._inputs, inputs, strict=True):
            own.copy_(tensor)
        self._graph.replay()
        return self._outputs


def _rows_of_each(steps: torch.Tensor) -> torch.Tensor:
    """Return (run, time · trial, column) of (time, run, trial, column)."""
    return steps.transpose(0, 1).flatten(1, 2)
