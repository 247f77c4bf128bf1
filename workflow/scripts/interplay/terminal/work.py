"""How much work a job is, from its wildcards and the configuration.

The unit is arbitrary: only ratios between jobs of one step are used.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from interplay.configuration.experiments import (
    Experiment,
    experiments,
    sentiment_experiments,
)
from interplay.tasks import make_task

EXPONENT = 1.87
"""of N: how the time of an epoch grows; measured by `make bench` (bench/README.md)"""

TREES = 8544
"""of the Stanford Sentiment Treebank, for training"""

Step = tuple[str, str]
"""stage and step, as in costs.csv"""

SCALED: dict[str, Step] = {
    "train_network": ("nonlinear", "train"),
    "learning_curves": ("nonlinear", "learning_curves"),
    "singular_values": ("nonlinear", "singular_values"),
    "functional_rank": ("nonlinear", "functional_rank"),
    "shuffle_loss": ("nonlinear", "shuffle_loss"),
    "follow_networks": ("nonlinear", "follow"),
    "train_linear": ("linear", "train"),
    "train_cosine": ("linear", "train"),
    "train_divergence": ("linear", "train"),
    "second_order": ("linear", "second_order"),
    "train_lstm": ("sentiment", "train"),
    "truncate_lstm": ("sentiment", "truncate"),
    "lstm_singular_values": ("sentiment", "singular_values"),
}
"""the step of each rule whose jobs differ much in their work"""


def work_in(
    configuration: Mapping[str, Any],
) -> Callable[[str, Mapping[str, str]], float]:
    """Return a function that gives the work of a job of a rule in `SCALED`.

    Args:
        configuration: as it took effect.

    Returns:
        A function of the name of a rule and the wildcards of a job. It raises KeyError if
        the configuration does not have what the job is about.
    """
    rates = experiments(configuration.get("nonlinear", {"networks": {}}))
    lengths = {name: _samples(experiment) for name, experiment in rates.items()}
    trials = configuration.get("nonlinear", {}).get("measurements", {})
    sentiment = configuration.get("sentiment", {"networks": {}})
    lstms = sentiment_experiments(sentiment)
    trees = sentiment.get("synthetic", {}).get("train", TREES)
    linear = configuration.get("linear", {})

    def work(rule: str, wildcards: Mapping[str, str]) -> float:
        match rule:
            case "train_network":
                training = rates[wildcards["experiment"]].training
                epochs = training["epochs"] * training["batch"]
                length = lengths[wildcards["experiment"]]
                return epochs * length * training["N"] ** EXPONENT
            case "learning_curves" | "singular_values":
                experiment = rates[wildcards["experiment"]]
                exponent = 0 if rule == "learning_curves" else 3
                return _count(experiment) * experiment.training["N"] ** exponent
            case "functional_rank" | "shuffle_loss":
                experiment = rates[wildcards["experiment"]]
                samples = trials["test_trials"] * lengths[experiment.name]
                N = experiment.training["N"]
                return _count(experiment) * samples * N**EXPONENT
            case "follow_networks":
                experiment = rates[wildcards["experiment"]]
                followed = configuration["supplement"]["transitions"]
                looks = len(followed["seeds"]) * followed["steps"]
                return looks * experiment.training["N"] ** 3
            case "train_linear":
                return _linear(linear, len(linear["targets"]))
            case "train_cosine":
                return _linear(linear["cosine"], 1)
            case "train_divergence":
                return _linear(linear["divergence"], len(linear["divergence"]["targets"]))
            case "second_order":
                section = linear["second_order"]
                return _linear(section, len(section["seeds"]) * len(linear["targets"]))
        lstm = lstms[wildcards["experiment"]].parameters
        epochs = lstm["epochs"] if rule == "train_lstm" else 1
        return epochs * trees * lstm["N"] ** EXPONENT

    return work


def _samples(experiment: Experiment) -> int:
    """Return the length of a trial in time steps."""
    dt = experiment.training["dt"]
    task = make_task(experiment.task, dt=dt, **experiment.options)
    return len(task.draw(np.random.default_rng(0), 1).inputs)


def _count(experiment: Experiment) -> int:
    return len(experiment.g) * len(experiment.seeds)


def _linear(section: Mapping[str, Any], trainings: int) -> float:
    return trainings * section["epochs"] * section["N"] ** EXPONENT
