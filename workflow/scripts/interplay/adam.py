"""Adam, so that it can be put down between two steps and taken up again to the bit."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class AdamState:
    """Weights and Adam's moments of them, by the same names, on the CPU."""

    weights: Tensors
    means: Tensors
    """first moments"""
    squares: Tensors
    """second moments"""


GROUPS = ("weights", "means", "squares")


def at_rest(weights: Mapping[str, np.ndarray]) -> dict[str, Tensors]:
    """Return the groups of an `AdamState` before the first step, moments of zero."""
    tensors = {name: torch.from_numpy(array) for name, array in weights.items()}
    means, squares = (
        {name: torch.zeros_like(tensor) for name, tensor in tensors.items()}
        for _ in range(2)
    )
    return {"weights": tensors, "means": means, "squares": squares}


def take_up(
    state: AdamState, steps: int, learning_rate: float, device: str
) -> tuple[dict[str, torch.nn.Parameter], torch.optim.Adam]:
    """Return trainable copies of a state's weights, and Adam as it was after `steps`.

    Betas 0.9 and 0.999, eps 1e-8.
    """
    parameters = {
        name: torch.nn.Parameter(tensor.to(device, copy=True))
        for name, tensor in state.weights.items()
    }
    adam = torch.optim.Adam(parameters.values(), lr=learning_rate, fused=True)
    for name, parameter in parameters.items():
        adam.state[parameter] = {
            "step": torch.tensor(float(steps), device=device),
            "exp_avg": state.means[name].to(device, copy=True),
            "exp_avg_sq": state.squares[name].to(device, copy=True),
        }
    return parameters, adam


def put_down(
    parameters: Mapping[str, torch.nn.Parameter], adam: torch.optim.Adam
) -> dict[str, Tensors]:
    """Return copies, on the CPU, of the groups of an `AdamState`."""
    moments = {name: adam.state[parameter] for name, parameter in parameters.items()}
    return {
        "weights": {n: p.detach().to("cpu", copy=True) for n, p in parameters.items()},
        "means": {n: m["exp_avg"].to("cpu", copy=True) for n, m in moments.items()},
        "squares": {n: m["exp_avg_sq"].to("cpu", copy=True) for n, m in moments.items()},
    }
