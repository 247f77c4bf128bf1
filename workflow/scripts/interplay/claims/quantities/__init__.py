"""Quantities that the claims measure: each function turns rows of a table into one number.

The rows are those of one seed and one part of a claim; columns are named as in the tables.
A quantity is NaN where the rows do not tell it, for example where a network has not
converged or where a g was not trained; that part of the claim counts as not tested. So
comparisons between values of g, tasks or targets are made seed by seed.
"""

from collections.abc import Callable
from inspect import getmembers, isfunction

from interplay.claims.quantities import (
    comparisons,
    linear,
    networks,
    spectra,
    tables,
)
from interplay.storage.errors import InputError

QUANTITIES: dict[str, Callable[..., float]] = {
    name: function
    for module in (tables, networks, spectra, linear, comparisons)
    for name, function in getmembers(module, isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
}
"""the public functions of this package's modules, by name"""


def quantity(name: str) -> Callable[..., float]:
    """Return the quantity of a name.

    Raises:
        InputError: there is no such quantity.
    """
    if name not in QUANTITIES:
        raise InputError(f"quantity: expected a function of {__name__}, found {name}")
    return QUANTITIES[name]
