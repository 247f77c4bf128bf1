"""The panels of a figure, from the figure's own module."""

from collections.abc import Mapping
from importlib import import_module

from interplay.figures.panels import Panel


def panels_of(figure: str) -> Mapping[str, Panel]:
    """Return the panels of a figure's module, by letter; none if the module has none."""
    return getattr(import_module(f"interplay.figures.{figure}"), "PANELS", {})
