"""Adam, AMSGrad and gradient descent against torch."""

import numpy as np
import pytest
import torch

from interplay.optimisers.adam import Adam, initial_moments
from interplay.optimisers.gradient_descent import GradientDescent
from interplay.optimisers.in_torch import TorchAdam, TorchGradientDescent
from interplay.optimisers.state import OptimiserState

SCALES = (1, 1e-3, 1e-25, 0, 1, 1e3)


def start_of(weights, amsgrad=False):
    return OptimiserState(weights, initial_moments(weights, amsgrad=amsgrad))


@pytest.mark.parametrize("amsgrad", [False, True])
@pytest.mark.parametrize("eps", [1e-8, 1e-6])
def test_adam_takes_torchs_steps_to_the_bit(amsgrad, eps):
    rng = np.random.default_rng(20)
    weights = {"W": rng.standard_normal((90, 90), np.float32)}
    start = start_of(weights, amsgrad)
    compiled = Adam(start, 0, 0.01, eps)
    in_torch = TorchAdam(start, 0, 0.01, "cpu", eps)
    weight = torch.tensor(weights["W"], requires_grad=True)
    theirs = torch.optim.Adam([weight], lr=0.01, eps=eps, amsgrad=amsgrad, fused=True)
    for scale in SCALES:
        gradient = scale * rng.standard_normal((90, 90), np.float32)
        compiled.step({"W": gradient})
        in_torch.step({"W": torch.from_numpy(gradient)})
        weight.grad = torch.from_numpy(gradient)
        theirs.step()
    expected = weight.detach().numpy()
    np.testing.assert_array_equal(compiled.weights["W"], expected)
    np.testing.assert_array_equal(in_torch.snapshot().weights["W"], expected)
    assert not np.array_equal(start.weights["W"], expected), "the start is unchanged"


@pytest.mark.parametrize("amsgrad", [False, True])
def test_a_snapshot_continues_to_the_bit(amsgrad):
    rng = np.random.default_rng(3)
    weights = {name: rng.standard_normal((5, 7), np.float32) for name in "WB"}
    gradients = [
        {name: rng.standard_normal((5, 7), np.float32) for name in "WB"} for _ in range(6)
    ]
    whole = Adam(start_of(weights, amsgrad), 0, 0.1)
    first = Adam(start_of(weights, amsgrad), 0, 0.1)
    for gradient in gradients[:3]:
        first.step(gradient)
    second = Adam(first.snapshot(), 3, 0.1)
    for i, gradient in enumerate(gradients):
        whole.step(gradient)
        if i >= 3:
            second.step(gradient)
    for name in "WB":
        np.testing.assert_array_equal(second.weights[name], whole.weights[name])


def test_gradient_descent_takes_torchs_steps():
    rng = np.random.default_rng(4)
    weights = {name: rng.standard_normal((4, 4), np.float32) for name in "WC"}
    state = OptimiserState(weights, {})
    compiled = GradientDescent(state, 0.3, ["W"])
    in_torch = TorchGradientDescent(state, 0.3, ["W"], "cpu")
    weight = torch.tensor(weights["W"], requires_grad=True)
    theirs = torch.optim.SGD([weight], lr=0.3)
    for _ in range(3):
        gradients = {name: rng.standard_normal((4, 4), np.float32) for name in "WC"}
        compiled.step(gradients)
        in_torch.step({name: torch.from_numpy(g) for name, g in gradients.items()})
        weight.grad = torch.from_numpy(gradients["W"])
        theirs.step()
    for found in (compiled.snapshot().weights, in_torch.snapshot().weights):
        np.testing.assert_allclose(found["W"], weight.detach().numpy(), rtol=1e-6)
        np.testing.assert_array_equal(found["C"], weights["C"])
