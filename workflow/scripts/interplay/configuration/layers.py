"""Layers of settings: the parts of a configuration that an experiment is made of.

An experiment has the settings of its own entry, then those of the entries that it starts
from, then the defaults of its stage. The first layer that has a setting gives its value.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

BUILT_IN: dict[str, dict[str, Any]] = {
    "nonlinear": {"adam": {"eps": 1e-8, "amsgrad": False, "beta2": 0.999, "clip": None}},
    "sentiment": {},
}
"""settings of each stage that no file has to name"""

GRID = ("g", "seeds")
"""settings that say which networks an experiment has, and not how each is trained"""

TASK, OPTIONS = "task", "options"


class Layer(NamedTuple):
    """A part of the configuration that gives some settings."""

    place: tuple[str, ...]
    """keys from the top of the configuration; none for what the code itself sets"""
    settings: Mapping[str, Any]


class Setting(NamedTuple):
    """One setting that takes effect."""

    place: tuple[str, ...]
    """of its layer"""
    key: tuple[str, ...]
    """its key in the layer: ("N",), or ("options", "hold")"""
    value: Any


def effective(layers: Sequence[Layer]) -> Iterator[Setting]:
    """Yield the settings that take effect.

    `options` and `adam` are added to key by key, as Snakemake does it when it merges files.

    Args:
        layers: of one experiment, the first counts most.
    """
    task = _task(layers)
    seen = set()
    for number, (place, settings) in enumerate(layers):
        for name, value in settings.items():
            # Another task does not know these options.
            if name == OPTIONS and _task(layers[number:]) != task:
                continue
            leaves = (
                {(name, key): v for key, v in value.items()}
                if isinstance(value, Mapping)
                else {(name,): value}
            )
            for key, leaf in leaves.items():
                if key not in seen:
                    seen.add(key)
                    yield Setting(place, key, leaf)


def combined(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return the settings that take effect, as one entry.

    Args:
        layers: of one experiment, the first counts most.
    """
    entry: dict[str, Any] = {}
    for _, (name, *inner), value in effective(layers):
        if inner:
            entry.setdefault(name, {})[inner[0]] = value
        else:
            entry[name] = value
    return entry


def trained_alike(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return the settings that two experiments with the same networks have in common."""
    return {key: v for key, v in combined(layers).items() if key not in GRID}


def _task(layers: Sequence[Layer]) -> Any:
    return next((one.settings[TASK] for one in layers if TASK in one.settings), None)
