"""Experiments: named entries of `nonlinear.networks` and `sentiment.networks`.

An entry overrides the defaults of its stage. It may start from another entry (`like`), and
an entry that is null does not exist.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interplay.storage.errors import InputError

LIKE = "like"

ADAM = {"eps": 1e-8, "amsgrad": False}
"""defaults of the key `adam`"""

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
    """N, dt, epochs, batch, learning_rate, optimiser, eps, amsgrad, trained"""

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
    compared = compared_experiments(configuration["supplement"])
    trained = experiments(here)
    return (
        all(configuration[part] == full[part] for part in parts)
        and all(here[part] == there[part] for part in of_networks)
        and all(trained.get(name) == one for name, one in experiments(there).items())
        and all(
            set(names) <= set(compared[figure])
            for figure, names in compared_experiments(full["supplement"]).items()
        )
    )


NONLINEAR_KEYS = ("N", "dt", "epochs", "batch", "learning_rate", "optimiser", "trained")
SENTIMENT_KEYS = ("N", "epochs", "batch", "learning_rate", "dropout")


def experiments(nonlinear: Mapping[str, Any]) -> dict[str, Experiment]:
    """Return the experiments of a configuration's `nonlinear`, by name.

    Args:
        nonlinear: defaults, and under `networks` the entries.

    Raises:
        InputError: an entry lacks a key, or `like` names no entry or leads back to itself.
    """
    found = {}
    for name, entry in _resolved(nonlinear, "nonlinear"):
        for key in ("task", "g", "seeds", *NONLINEAR_KEYS):
            _require(entry, key, f"nonlinear/networks/{name}")
        found[name] = Experiment(
            name=name,
            task=entry["task"],
            options=dict(entry.get("options", {})),
            g=tuple(float(g) for g in entry["g"]),
            seeds=tuple(entry["seeds"]),
            training={key: entry[key] for key in NONLINEAR_KEYS}
            | ADAM
            | dict(entry.get("adam", {})),
        )
    return found


def sentiment_experiments(sentiment: Mapping[str, Any]) -> dict[str, SentimentExperiment]:
    """Return the experiments of a configuration's `sentiment`, by name.

    Args:
        sentiment: defaults, and under `networks` the entries.

    Raises:
        InputError: an entry lacks a key, or `like` names no entry or leads back to itself.
    """
    found = {}
    for name, entry in _resolved(sentiment, "sentiment"):
        for key in ("seeds", *SENTIMENT_KEYS):
            _require(entry, key, f"sentiment/networks/{name}")
        found[name] = SentimentExperiment(
            name=name,
            seeds=tuple(entry["seeds"]),
            parameters={key: entry[key] for key in SENTIMENT_KEYS},
        )
    return found


def in_order_of(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return a mapping with its keys in the order of `names`; others come last."""
    first = [name for name in names if name in values]
    return {name: values[name] for name in dict.fromkeys([*first, *values])}


def compared_experiments(supplement: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the names of the experiments that each supplementary figure compares.

    Args:
        supplement: a configuration's `supplement`.
    """
    return {
        figure: names for figure, names in supplement.items() if isinstance(names, list)
    }


def way_of_training(parameters: Mapping[str, Any]) -> str:
    """Return how networks are trained: `Adam`, `W alone` or `gradient descent`.

    Args:
        parameters: of an experiment.
    """
    if parameters["optimiser"] != "adam":
        return DESCENT
    return ADAM_ON_ALL if len(parameters["trained"]) > 1 else W_ALONE


def _resolved(
    stage: Mapping[str, Any], place: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each entry with the defaults of its stage and of the entry it starts from."""
    defaults = {key: value for key, value in stage.items() if key != "networks"}
    entries = {name: e for name, e in stage["networks"].items() if e is not None}
    for name in entries:
        chain = [name]
        while LIKE in entries[chain[-1]]:
            base = entries[chain[-1]][LIKE]
            key = f"{place}/networks/{chain[-1]}/{LIKE}"
            if base not in entries:
                raise InputError(f"config: {key}: expected an entry, found {base!r}")
            if base in chain:
                raise InputError(f"config: {key}: {base!r} leads back to itself")
            chain.append(base)
        entry = dict(defaults)
        for one in reversed(chain):
            entry |= entries[one]
        yield name, entry


def _require(entry: Mapping[str, Any], key: str, place: str) -> None:
    if key not in entry:
        raise InputError(
            f"config: {place}: expected the key {key!r}, here or as a default, found none"
        )
