"""Values from outside: converted if their meaning is clear, else refused in one line."""

import operator
from collections.abc import Callable
from typing import Any, SupportsFloat

import numpy as np
from numpy.typing import DTypeLike

from interplay.storage.errors import InputError

REAL = "biuf"
"""kinds of NumPy's types that become floats: booleans, integers, floats of any size"""


def real_array(
    name: str,
    value: Any,
    dtype: DTypeLike | None = None,
    shape: tuple[int | str, ...] | None = None,
    largest: float = np.inf,
) -> np.ndarray:
    """Return a value as an array of finite numbers.

    Args:
        name: of the value, for the message.
        value: an array of booleans, integers or floats in any order, or what NumPy makes
            one of, such as nested lists. A masked array has no numbers where it is masked.
        dtype: float type of the result; None for that of `value`, float64 if it has none.
        shape: of the value; any if None. A name, such as "N", is an axis of any length.
        largest: absolute value that no number exceeds.

    Returns:
        The array: `value` itself if it is one of this type.

    Raises:
        InputError: the value is something else, or a number is not finite or too large.
    """
    try:
        array = np.asarray(value)
    # Ragged lists, and tensors that need a gradient or are on a GPU: each its own error.
    except Exception as error:
        found = f"{type(value).__name__}: {error}".splitlines()[0]
        raise InputError(f"{name}: expected an array, found {found}") from None
    if isinstance(value, np.ma.MaskedArray):
        raise InputError(f"{name}: expected a plain array, found a masked array")
    if array.dtype.kind not in REAL:
        raise InputError(f"{name}: expected real numbers, found {array.dtype}")
    if shape is not None and not fits(array.shape, shape):
        expected = f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"
        raise InputError(f"{name}: expected shape {expected}, found {array.shape}")
    if not array.size:
        raise InputError(f"{name}: expected numbers, found none in shape {array.shape}")
    if dtype is None:
        dtype = array.dtype if array.dtype.kind == "f" else np.float64
    # One fast pass: a number that is too large or not finite makes the sum of squares so.
    with np.errstate(over="ignore"):
        converted = array.astype(dtype, copy=False)
        entries = converted.ravel(order="K")
        squares = np.vdot(entries, entries)
    if not (np.isfinite(squares) and squares <= largest**2):
        bad = ~(np.abs(converted) <= largest) | ~np.isfinite(converted)
        if bad.any():
            place = tuple(np.argwhere(bad)[0].tolist())
            limit = "" if largest == np.inf else f" from -{largest:g} to {largest:g}"
            expected = f"finite {converted.dtype} numbers{limit}"
            raise InputError(
                f"{name}: expected {expected}, found {array[place]} at {place}"
            )
    return converted


def fits(found: tuple[int, ...], expected: tuple[int | str, ...]) -> bool:
    """Return whether a shape is the expected one; a name is an axis of any length."""
    return len(found) == len(expected) and all(
        isinstance(one, str) or one == length
        for length, one in zip(found, expected, strict=True)
    )


def real_number(
    name: str, value: Any, expected: str, holds: Callable[[float], bool]
) -> float:
    """Return a value as a finite float.

    Args:
        name: of the value, for the message.
        value: a number of Python, NumPy or torch.
        expected: what the number must be, for the message.
        holds: whether a finite number is that.

    Raises:
        InputError: the value is no such number.
    """
    number = _float(value)
    if not (np.isfinite(number) and holds(number)):
        raise InputError(f"{name}: expected {expected}, found {in_a_line(value)}")
    return number


def whole_number(name: str, value: Any, least: int, most: int | None = None) -> int:
    """Return a value as an integer: one of any type, or a float without a fraction.

    Raises:
        InputError: the value is no integer from `least` to `most`.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = int(_float(value)) if _float(value).is_integer() else least - 1
    if number < least or (most is not None and number > most):
        limit = "" if most is None else f" to {most}"
        raise InputError(
            f"{name}: expected a whole number from {least}{limit}, found {in_a_line(value)}"
        )
    return number


def _float(value: Any) -> float:
    """Return a number as a float; NaN for anything else."""
    # Text has no __float__, unlike the numbers of Python, NumPy and torch.
    try:
        return float(value) if isinstance(value, SupportsFloat) else np.nan
    except (TypeError, ValueError, OverflowError):
        return np.nan


def in_a_line(value: Any) -> str:
    """Return a value as text for a message: at most 60 characters, without line breaks."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"
