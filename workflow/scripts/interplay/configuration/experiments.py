"""Experiments: the entries and the families of `nonlinear` and `sentiment`.

An entry overrides the defaults of its stage. It may start from another entry (`like`), and
an entry that is null does not exist. A family adds several entries
(`interplay.configuration.families`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interplay.configuration.families import FAMILIES, NETWORKS, expanded
from interplay.configuration.layers import Layer, combined
from interplay.storage.errors import InputError

PAPER_TASKS = ("flipflop", "mante", "romo")
"""the paper's tasks, each of which a reading gives an experiment"""

COMPARISONS = (
    "rate", "scaling", "training", "outbreaks", "flipflops", "weak", "channels",
)  # fmt: skip
"""families of `nonlinear` that figures of the supplement compare"""

ADAM_ON_ALL, W_ALONE, DESCENT = "Adam", "W alone", "gradient descent"
"""ways of training that the supplement compares"""


@dataclass(frozen=True)
class Experiment:
    """Networks that differ only in g and seed."""

    name: str
    task: str
    """module in `interplay.tasks`"""
    options: dict[str, Any]
    """of the task, where they differ from its defaults"""
    g: tuple[float, ...]
    seeds: tuple[int, ...]
    training: dict[str, Any]
    """N, dt, epochs, batch, learning_rate, optimiser, trained, and the options of Adam"""
    place: str = field(compare=False)
    """key of the configuration that names it: its own, or that of its family"""

    @property
    def parameters(self) -> dict[str, Any]:
        """Everything that a training job depends on, besides g and seed."""
        return {"task": self.task, "options": self.options, **self.training}


@dataclass(frozen=True)
class SentimentExperiment:
    """LSTMs that differ only in their seed."""

    name: str
    seeds: tuple[int, ...]
    parameters: dict[str, Any]
    """N, epochs, batch, learning_rate, dropout"""
    place: str = field(compare=False)
    """as in `Experiment`"""


def has_all_of(configuration: Mapping[str, Any], full: Mapping[str, Any]) -> bool:
    """Return whether a configuration has every experiment of another, unchanged.

    It may have more of them, such as other tasks or network sizes.

    Args:
        configuration: as `config.yaml` and what extends it say.
        full: the content of `config.yaml`.
    """
    parts = "linear", "sentiment", "compression", "readings"
    of_networks = "measurements", "examples"
    here, there = configuration["nonlinear"], full["nonlinear"]
    compared = compared_experiments(here)
    trained = experiments(here)
    return (
        all(configuration[part] == full[part] for part in parts)
        and all(here[part] == there[part] for part in of_networks)
        and all(trained.get(name) == one for name, one in experiments(there).items())
        and all(
            set(names) <= set(compared[figure])
            for figure, names in compared_experiments(there).items()
        )
    )


NONLINEAR_KEYS = ("N", "dt", "epochs", "batch", "learning_rate", "optimiser", "trained")
ADAM_KEYS = ("eps", "amsgrad", "beta2", "clip")
SENTIMENT_KEYS = ("N", "epochs", "batch", "learning_rate", "dropout")


def experiments(nonlinear: Mapping[str, Any]) -> dict[str, Experiment]:
    """Return the experiments of a configuration's `nonlinear`, by name.

    Args:
        nonlinear: defaults, entries under `networks`, and families under `families`.

    Raises:
        InputError: an experiment lacks a key; otherwise as in `expanded`.
    """
    found = {}
    for name, layers in expanded("nonlinear", nonlinear).layers.items():
        entry = _complete(layers, ("task", "g", "seeds", *NONLINEAR_KEYS))
        found[name] = Experiment(
            name=name,
            task=entry["task"],
            options=entry.get("options", {}),
            g=tuple(float(g) for g in entry["g"]),
            seeds=tuple(entry["seeds"]),
            training={key: entry[key] for key in NONLINEAR_KEYS}
            | {key: entry["adam"][key] for key in ADAM_KEYS},
            place=_place(layers),
        )
    return found


def sentiment_experiments(sentiment: Mapping[str, Any]) -> dict[str, SentimentExperiment]:
    """Return the experiments of a configuration's `sentiment`, by name.

    Args:
        sentiment: defaults, entries under `networks`, and families under `families`.

    Raises:
        InputError: an experiment lacks a key; otherwise as in `expanded`.
    """
    found = {}
    for name, layers in expanded("sentiment", sentiment).layers.items():
        entry = _complete(layers, ("seeds", *SENTIMENT_KEYS))
        found[name] = SentimentExperiment(
            name=name,
            seeds=tuple(entry["seeds"]),
            parameters={key: entry[key] for key in SENTIMENT_KEYS},
            place=_place(layers),
        )
    return found


def in_order_of(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return a mapping with its keys in the order of `names`; others come last."""
    first = [name for name in names if name in values]
    return {name: values[name] for name in dict.fromkeys([*first, *values])}


def compared_experiments(nonlinear: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the experiments that each figure of `COMPARISONS` compares, in its order.

    Args:
        nonlinear: as in `experiments`; a family that it lacks is left out.
    """
    families = expanded("nonlinear", nonlinear).families
    return {name: families[name] for name in COMPARISONS if name in families}


def compared_lstms(sentiment: Mapping[str, Any]) -> list[str]:
    """Return the LSTMs of the family `rate`, which figS_sentiment compares; none without it.

    Args:
        sentiment: as in `sentiment_experiments`.
    """
    return expanded("sentiment", sentiment).families.get("rate", [])


def named_experiments(
    content: Mapping[str, Any], nonlinear: Mapping[str, Any]
) -> list[str]:
    """Return the experiments that one configuration file names, itself or by a family.

    Args:
        content: the file's own `nonlinear`.
        nonlinear: as in `experiments`, with the file merged into it.
    """
    whole = expanded("nonlinear", nonlinear)
    named = list(content.get(NETWORKS) or {})
    for family in content.get(FAMILIES) or {}:
        named += whole.families.get(family, [])
    return [name for name in dict.fromkeys(named) if name in whole.layers]


def way_of_training(parameters: Mapping[str, Any]) -> str:
    """Return how networks are trained: `Adam`, `W alone` or `gradient descent`.

    Args:
        parameters: of an experiment.
    """
    if parameters["optimiser"] != "adam":
        return DESCENT
    return ADAM_ON_ALL if len(parameters["trained"]) > 1 else W_ALONE


def _complete(layers: Sequence[Layer], keys: Iterable[str]) -> dict[str, Any]:
    entry = combined(layers)
    for key in keys:
        if key not in entry:
            raise InputError(
                f"config: {_place(layers)}: expected the key {key!r}, here or as a "
                "default, found none"
            )
    return entry


def _place(layers: Sequence[Layer]) -> str:
    # Below the name of an entry or a family are its own keys.
    return "/".join(layers[0].place[:3])
