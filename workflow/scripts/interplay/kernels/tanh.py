"""Tanh for compiled code: a rational function in single precision, exact in double."""

import math

import numba
import numpy as np
from numba import float32
from numba.extending import overload

LARGEST = 9.011
"""beyond which tanh rounds to ±1 in single precision"""

NUMERATOR = (
    1.3365969097319368e-08,
    2.0617235545034604e-05,
    3.496083818628742e-03,
    1.338144321896939e-01,
    9.999999796851601e-01,
)
"""coefficients of (x²)⁴, (x²)³, …, 1; they minimise the largest relative error, 2.1e-8"""

DENOMINATOR = (
    7.781183134308355e-07,
    3.2864452119758146e-04,
    2.5878868585185563e-02,
    4.671475894609823e-01,
    1.0,
)
"""of the same powers"""

P4, P3, P2, P1, P0 = map(np.float32, NUMERATOR)
Q4, Q3, Q2, Q1, Q0 = map(np.float32, DENOMINATOR)


@numba.njit(inline="always")
def rational_tanh(x):
    """Return tanh(x) in single precision, within 3 ulp: x times a quotient in x²."""
    x = min(max(x, float32(-LARGEST)), float32(LARGEST))
    y = x * x
    p = (((P4 * y + P3) * y + P2) * y + P1) * y + P0
    q = (((Q4 * y + Q3) * y + Q2) * y + Q1) * y + Q0
    return min(max(x * p / q, float32(-1)), float32(1))


def tanh(x):
    """Compute the hyperbolic tangent in compiled code, as fast as the type allows."""
    raise NotImplementedError


@overload(tanh, inline="always")
def _compiled_tanh(x):
    if x == float32:
        return lambda x: rational_tanh(x)
    return lambda x: math.tanh(x)
