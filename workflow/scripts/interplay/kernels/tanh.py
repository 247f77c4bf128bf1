"""Tanh for compiled code: a rational function in single precision, exact in double."""

import math

import numba
from numba import float32
from numba.extending import overload


@numba.njit(inline="always")
def rational_tanh(x):
    """Return tanh(x) in single precision, within 3 ulp: a quotient of polynomials in x².

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


def tanh(x):
    """Compute the hyperbolic tangent in compiled code, as fast as the type allows."""
    raise NotImplementedError


@overload(tanh, inline="always")
def _compiled_tanh(x):
    if x == float32:
        return lambda x: rational_tanh(x)
    return lambda x: math.tanh(x)
