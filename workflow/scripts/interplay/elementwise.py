"""The two elementwise passes of a simulated step.

All else in a step is one matrix product, at the speed of BLAS. torch's tanh
alone takes half as long as that product, and a chain of elementwise calls
streams the same values through the cache again and again; on the CPU each pass
is therefore one compiled loop. Other devices take the same two in torch.
"""

import math
from collections.abc import Callable

import numba
import torch
from numba import float32


@numba.njit(inline="always")
def rational_tanh(x):
    """Tanh in single precision, within 3 ulp: a quotient of two polynomials in x².

    The coefficients minimise the largest relative error over |x| < 9.011, beyond
    which tanh rounds to ±1 (a 4/4 minimax fit, error 2.1e-8).
    """
    x = min(max(x, float32(-9.011)), float32(9.011))
    y = x * x
    p = float32(1.3365969097319368e-08)
    p = p * y + float32(2.0617235545034604e-05)
    p = p * y + float32(3.496083818628742e-03)
    p = p * y + float32(1.338144321896939e-01)
    p = p * y + float32(9.999999796851601e-01)
    q = float32(7.781183134308355e-07)
    q = q * y + float32(3.2864452119758146e-04)
    q = q * y + float32(2.5878868585185563e-02)
    q = q * y + float32(4.671475894609823e-01)
    q = q * y + float32(1)
    return min(max(x * p / q, float32(-1)), float32(1))


# "contract" lets a product and a sum become one instruction; nothing in these
# loops depends on the order of a sum, so they are the same on every run.
compiled = numba.njit(cache=True, fastmath={"contract"}, error_model="numpy")


@compiled
def _activate_single(x, states, t):
    for b in range(x.shape[0]):
        for i in range(x.shape[1]):
            states[t, b, i] = rational_tanh(x[b, i])


@compiled
def _activate_double(x, states, t):
    for b in range(x.shape[0]):
        for i in range(x.shape[1]):
            states[t, b, i] = math.tanh(x[b, i])


@compiled
def _retreat(adjoints, recurrent, states, leak, one, t):
    for b in range(recurrent.shape[0]):
        for i in range(recurrent.shape[1]):
            rate = states[t, b, i]
            slope = one - rate * rate
            adjoints[t - 1, b, i] = leak * adjoints[t, b, i] + slope * recurrent[b, i]


def bind_activate(x: torch.Tensor, states: torch.Tensor) -> Callable[[int], None]:
    """Return the function of t that writes tanh(x) into the rates of `states[t]`.

    Args:
        x: (trial, N), membrane states, float32 or float64.
        states: (time, trial, at least N), contiguous; its first N columns are the rates.
    """
    if x.device.type == "cpu":
        activate = _activate_single if x.dtype == torch.float32 else _activate_double
        x_array, states_array = x.numpy(), states.numpy()
        return lambda t: activate(x_array, states_array, t)

    rates = states[:, :, : x.shape[1]].unbind(0)
    return lambda t: torch.tanh(x, out=rates[t])


def bind_retreat(
    adjoints: torch.Tensor, recurrent: torch.Tensor, states: torch.Tensor, leak: float
) -> Callable[[int], None]:
    """Return the function of t that takes the adjoint of x from t + 1 back to t.

    It writes ``adjoints[t - 1] = leak * adjoints[t] + (1 - r(t)²) * recurrent``,
    on the first N columns, where r(t) are the rates in `states[t]`.

    Args:
        adjoints: (time, trial, at least N), contiguous.
        recurrent: (trial, N), the adjoint of the rates at t.
        states: (time, trial, at least N), contiguous, as written by `bind_activate`.
        leak: 1 - dt.
    """
    n = recurrent.shape[1]
    if recurrent.device.type == "cpu":
        arrays = adjoints.numpy(), recurrent.numpy(), states.numpy()
        kind = arrays[1].dtype.type
        return lambda t: _retreat(*arrays, kind(leak), kind(1), t)

    rates = states[:, :, :n].unbind(0)
    of_x = adjoints[:, :, :n].unbind(0)

    def retreat(t: int) -> None:
        slope = 1 - rates[t] * rates[t]
        torch.addcmul(leak * of_x[t], slope, recurrent, out=of_x[t - 1])

    return retreat
