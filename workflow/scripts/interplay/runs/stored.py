"""A network in a results folder, before it is read."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Stored(NamedTuple):
    """Which network it is, and how to read it."""

    experiment: str
    """name in the configuration"""
    g: float | None
    """strength of the initial connectivity; None for an LSTM, which has none"""
    seed: int
    read: Callable[[], Any] | None
    """returns the network; None if its training has begun and not ended"""

    @property
    def name(self) -> str:
        """Experiment, g and seed, such as mante/g0.9/seed3."""
        parts = (self.experiment, *self._g(), f"seed{self.seed}")
        return "/".join(parts)

    def _g(self) -> tuple[str, ...]:
        return () if self.g is None else (f"g{self.g}",)
