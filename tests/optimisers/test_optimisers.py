"""Adam, AMSGrad and gradient descent against torch."""

import numpy as np
import pytest
import torch

from interplay.optimisers.adam import Adam
from interplay.optimisers.gradient_descent import GradientDescent
from interplay.optimisers.in_torch import TorchAdam, TorchGradientDescent
from interplay.optimisers.state import OptimiserState, initial_moments

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


@pytest.mark.parametrize("beta2", [0.999, 0.9])
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 2e-6), (np.float64, 1e-12)])
def test_clipped_adam_takes_the_steps_of_torchs_clipping_and_adam(dtype, rtol, beta2):
    """The norm is that of all trained weights together, of each network of a stack."""
    rng = np.random.default_rng(5)
    shapes = {"W": (9, 9), "B": (9, 2), "C": (3, 9)}
    names, clip = ["W", "C"], 1.5
    stack = [
        {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}
        for _ in range(2)
    ]
    weights = {name: np.stack([one[name] for one in stack]) for name in shapes}
    options = {"beta2": beta2, "clip": clip}
    compiled = [
        Adam(OptimiserState(one, initial_moments(one, names)), 0, 0.01, **options)
        for one in stack
    ]
    start = OptimiserState(weights, initial_moments(weights, names))
    in_torch = TorchAdam(start, 0, 0.01, "cpu", **options)
    leaves = [
        {name: torch.tensor(one[name], requires_grad=True) for name in names}
        for one in stack
    ]
    theirs = [torch.optim.Adam(o.values(), 0.01, (0.9, beta2)) for o in leaves]
    clipped = []
    for scale in (1, 1e-3, 1e4, 0, 0.1):
        # The second network's gradient is so much smaller that it is clipped on its own.
        gradients = [
            {
                name: (scale * factor * rng.standard_normal(shape)).astype(dtype)
                for name, shape in shapes.items()
            }
            for factor in (1, 1e-2)
        ]
        in_torch.step(
            {n: torch.from_numpy(np.stack([g[n] for g in gradients])) for n in shapes}
        )
        for mine, their, leaf, gradient in zip(
            compiled, theirs, leaves, gradients, strict=True
        ):
            mine.step(gradient)
            for name in names:
                leaf[name].grad = torch.tensor(gradient[name])
            norm = torch.nn.utils.clip_grad_norm_(leaf.values(), clip)
            clipped.append(bool(norm > clip))
            their.step()
    assert clipped == [True, False, False, False, True, True, False, False, False, False]
    for i, (mine, leaf) in enumerate(zip(compiled, leaves, strict=True)):
        for name in shapes:
            expected = leaf[name].detach() if name in names else stack[i][name]
            np.testing.assert_allclose(mine.weights[name], expected, rtol)
            np.testing.assert_allclose(
                in_torch.snapshot().weights[name][i], expected, rtol
            )


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
