"""A statement of the paper: a quantity, and the interval that it is expected in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from interplay.configuration.files import read_yaml
from interplay.configuration.schema import problems
from interplay.storage.errors import InputError

ROUNDING = 1e-9
"""by which a value may miss a bound: a rank correlation of -0.8 comes out as -0.7999…"""


@dataclass(frozen=True)
class Expected:
    """An interval, whose bounds belong to it."""

    at_least: float = -inf
    at_most: float = inf

    def margin(self, value: float) -> float:
        """Return how far inside the interval a value lies; negative outside of it."""
        return min(value - self.at_least, self.at_most - value)

    def __contains__(self, value: float) -> bool:
        return self.margin(value) >= -ROUNDING

    def __str__(self) -> str:
        if self.at_least == -inf:
            return f"at most {self.at_most:g}"
        if self.at_most == inf:
            return f"at least {self.at_least:g}"
        if self.at_least == self.at_most:
            return f"{self.at_least:g}"
        return f"{self.at_least:g} to {self.at_most:g}"


@dataclass(frozen=True)
class Claim:
    """One statement: measured, or with a reason in `not_tested` why it is not."""

    id: str
    where: str
    """section, figure or equation of the paper"""
    claim: str
    about: str = "result"
    """result, or provenance: how the published figures were made"""
    not_tested: str = ""
    kind: str = ""
    """order, interval, trend or band"""
    quantity: str = ""
    """name in `interplay.claims.quantities`"""
    options: dict[str, Any] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    """the one that is measured, by name"""
    rows: str = ""
    """a query of the first table; all rows if empty"""
    known: str = ""
    """a query of these rows, by the outcome of the runs: the rows that have an answer"""
    pooled: bool = False
    """whether the quantity gets the rows of all seeds together"""
    each: tuple[str, ...] = ()
    """columns whose values divide the statement into parts"""
    expected: Expected = field(default_factory=Expected)
    published: dict[str, Any] = field(default_factory=dict)
    """value, figure and, if known, reading_error: the quantity in the part of the published
    figure that meets the expectation least, where it was read off itself"""

    @property
    def query(self) -> str:
        """The query of all rows that the claim is measured on."""
        both = self.rows and self.known
        return f"({self.rows}) and ({self.known})" if both else self.rows or self.known

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "Claim":
        """Return the claim of an entry of claims.yaml that its schema allows."""
        changed = {
            "tables": tuple(entry.get("tables", ())),
            "each": tuple(entry.get("each", ())),
            "expected": Expected(**entry.get("expected", {})),
        }
        return cls(**{**entry, **changed})


def read_claims(path: str | Path, schema: Mapping[str, Any]) -> list[Claim]:
    """Read claims.yaml.

    Args:
        path: the file.
        schema: a JSON schema of it.

    Raises:
        InputError: an entry is wrong; the message is one line.
    """
    content = read_yaml(path)
    for place, problem in problems(content, schema):
        raise InputError(f"{path}: {place}: {problem}")
    claims = [Claim.of(entry) for entry in content["claims"]]
    names = [claim.id for claim in claims]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{path}: {name}: expected one entry, found several")
    return claims
