"""A rate network as a module of torch: for gradients and analyses beyond this library."""

import numpy as np
import torch

from interplay.nonlinear.network import Network


class RateNetwork(torch.nn.Module):
    """A network with the dynamics of Eqs (2) and (3); W, B and C are its parameters."""

    def __init__(self, network: Network[np.ndarray], dt: float):
        """Copy the weights.

        Args:
            network: W (N, N), B (N, Nin), C (Nout, N), of any dtype.
            dt: time step, in membrane time constants.
        """
        super().__init__()
        self.dt = dt
        self.W, self.B, self.C = (
            torch.nn.Parameter(torch.tensor(weights))
            for weights in (network.W, network.B, network.C)
        )

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the outputs of trials that start at x = 0.

        Args:
            inputs: (time, trial, Nin), u, of the dtype of the weights.

        Returns:
            (time, trial, Nout): z after each input sample.
        """
        x = inputs.new_zeros(*inputs.shape[1:-1], len(self.W))
        outputs = []
        for u in inputs:
            x = self.step(x, u)
            outputs.append(torch.tanh(x) @ self.C.T)
        return torch.stack(outputs)

    def step(self, x: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
        """Return the state after one Euler step.

        Args:
            x: (…, N).
            u: (…, Nin), with the same leading dimensions, or others that broadcast.

        Returns:
            (…, N).
        """
        return x + self.dt * (-x + torch.tanh(x) @ self.W.T + u @ self.B.T)
