"""Check a configuration before anything is computed with it."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from interplay.configuration.experiments import (
    COMPARISONS,
    PAPER_TASKS,
    Experiment,
    SentimentExperiment,
    compared_experiments,
    experiments,
    sentiment_experiments,
)
from interplay.configuration.families import expanded, varied
from interplay.configuration.schema import make_whole, number_as_written, problems
from interplay.configuration.tasks import Request
from interplay.storage.errors import InputError

CheckTasks = Callable[[Sequence[Request]], Sequence[Mapping[str, str]]]
"""a function such as `interplay.configuration.tasks.task_problems`"""

OF_FLIPFLOPS = ("flipflops", "channels")
"""families that compare flip-flops"""

STAGES = {"nonlinear": "network", "sentiment": "lstm"}
"""stages with experiments, each with its entries' definition in the schema"""


def check_configuration(
    config: Mapping[str, Any],
    schema: Mapping[str, Any],
    check_tasks: CheckTasks,
) -> None:
    """Check a configuration against its schema, and its keys against each other.

    Args:
        config: config.yaml with everything that was merged into it. Whole floats become
            integers in place where integers are expected.
        schema: a JSON schema.
        check_tasks: returns the problem of each task that is to be made.

    Raises:
        InputError: one line on the first key that is wrong.
    """
    _make_whole(config, schema)
    # The first problem ends the check: a later part relies on what earlier ones found right.
    for key, problem in chain(
        _not_finite(config),
        problems(config, schema),
        _wrong_families(config, schema["$defs"]),
        _contradictions(config, schema["$defs"], check_tasks),
    ):
        raise InputError(f"config: {key}: {problem}")


def _make_whole(config: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    make_whole(config, schema)
    for stage, entry in STAGES.items():
        settings = schema["$defs"][entry]["properties"]
        lists = {key: {"items": one} for key, one in settings.items()}
        families = {
            "additionalProperties": {"properties": lists},
            "$defs": schema["$defs"],
        }
        section = config.get(stage)
        if isinstance(section, Mapping) and isinstance(section.get("families"), Mapping):
            make_whole(section["families"], families)


def _not_finite(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        parts = node.items()
    elif isinstance(node, list):
        parts = enumerate(node)
    else:
        if isinstance(node, float) and not math.isfinite(node):
            yield place, f"expected a finite number, found {node}"
        return
    for key, value in parts:
        yield from _not_finite(value, f"{place}/{key}".lstrip("/"))


def _wrong_families(
    config: Mapping[str, Any], definitions: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield the values of families that an entry could not have."""
    for stage, entry in STAGES.items():
        schema = {**definitions[entry], "$defs": definitions}
        for name, family in config.get(stage, {}).get("families", {}).items():
            place = (stage, "families", name)
            for _, layer in varied(place, family) if family is not None else ():
                for key, problem in problems(layer.settings, schema):
                    yield "/".join((*layer.place, key)), problem


def _wrong_existing(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a family calls a member although no member is trained like it."""
    for stage in STAGES:
        section = config.get(stage, {})
        for family, compared in expanded(stage, section).families.items():
            for name in section["families"][family].get("existing", []):
                if name not in compared:
                    expected = "expected experiments that are trained as a member"
                    key = f"{stage}/families/{family}/existing"
                    yield key, f"{expected}, found {name!r}"


def _contradictions(
    config: Mapping[str, Any],
    definitions: Mapping[str, Any],
    check_tasks: CheckTasks,
) -> Iterator[tuple[str, str]]:
    networks = experiments(config["nonlinear"])
    lstms = sentiment_experiments(config.get("sentiment", {}))
    measurements = config["nonlinear"]["measurements"]
    for one in [*networks.values(), *lstms.values()]:
        for _, problem in problems(one.name, definitions["name"]):
            yield f"{one.place}/name", problem
    yield from _wrong_tasks(networks.values(), check_tasks)
    for experiment in networks.values():
        n = experiment.training["N"]
        if (rank := measurements["largest_rank"]) > n:
            key = "nonlinear/measurements/largest_rank"
            yield key, f"expected at most N = {n} of {experiment.name}, found {rank}"
    if "linear" in config:
        yield from _wrong_linear(config["linear"])
    if "readings" in config:
        yield from _wrong_readings(config, networks, lstms)
        yield from _wrong_supplement(config, networks)
    yield from _wrong_existing(config)


def _wrong_tasks(
    networks: Iterable[Experiment], check_tasks: CheckTasks
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with tasks and their options.

    Raises:
        InputError: a task's file is wrong, whatever the configuration says.
    """
    networks = list(networks)
    requests = [
        {"name": one.task, "dt": one.training["dt"], "options": one.options}
        for one in networks
    ]
    for one, found in zip(networks, check_tasks(requests), strict=True):
        if not found:
            continue
        if "key" not in found:
            raise InputError(found["problem"])
        value = one.options.get(found["key"].partition("/")[2])
        told = ""
        if isinstance(value, str) and "expected a number" in found["problem"]:
            hint = number_as_written(value, whole=False)
            told = f"; YAML reads it as text, write {hint}" if hint else ""
        yield f"{one.place}/{found['key']}", found["problem"] + told


def _wrong_linear(linear: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _wrong_targets(linear, "linear", linear["dt"])
    yield from _wrong_targets(linear["divergence"], "linear/divergence", linear["dt"])
    if 0 not in linear["g"]:
        yield "linear/g", f"expected 0, the unit of Fig. 4, in it, found {linear['g']}"
    examples = linear["examples"]
    zhat = [target["zhat"] for target in linear["targets"]]
    for key, shown, source, trained in (
        ("seed", [examples["seed"]], "seeds", linear["seeds"]),
        ("g", examples["g"], "g", linear["g"]),
        ("zhat", examples["zhat"], "targets", zhat),
    ):
        for one in shown:
            if one not in trained:
                expected = f"expected one of linear/{source}, {trained}, found {one}"
                yield f"linear/examples/{key}", expected
    cosine = linear["cosine"]
    yield from _repeated("linear/cosine/networks", "g", cosine["networks"])
    if (scored := cosine["trial"]["scored"]) > (end := cosine["trial"]["duration"]):
        key = "linear/cosine/trial/scored"
        yield key, f"expected at most the duration, {end}, found {scored}"
    yield from _less_than_a_step(
        "linear/cosine/trial/scored", scored, cosine["trial"]["dt"]
    )


def _wrong_targets(
    section: Mapping[str, Any], place: str, dt: float
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the targets and the trial of linear networks."""
    yield from _repeated(f"{place}/targets", "zhat", section["targets"])
    trial = section["trial"]
    if trial["duration"] < (least := trial["onset"] + trial["window"]):
        key, duration = f"{place}/trial/duration", trial["duration"]
        yield key, f"expected at least onset + window = {least}, found {duration}"
    yield from _less_than_a_step(f"{place}/trial/window", trial["window"], dt)


def _less_than_a_step(place: str, time: float, dt: float) -> Iterator[tuple[str, str]]:
    if time < dt:
        yield place, f"expected at least dt = {dt}, found {time}"


def _repeated(
    place: str, key: str, items: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    values = [item[key] for item in items]
    for value in values:
        if values.count(value) > 1:
            yield place, f"expected each {key} once, found {value} again"


def _wrong_readings(
    config: Mapping[str, Any],
    networks: Mapping[str, Experiment],
    lstms: Mapping[str, SentimentExperiment],
) -> Iterator[tuple[str, str]]:
    examples = config["nonlinear"]["examples"]
    rank = config["compression"]["rank"]
    for reading, roles in config["readings"].items():
        for role, name in roles.items():
            place = f"readings/{reading}/{role}"
            if name not in (known := lstms if role == "lstm" else networks):
                yield place, f"expected one of {', '.join(known)}, found {name!r}"
                continue
            if role == "lstm":
                n = lstms[name].parameters["N"]
            else:
                experiment = networks[name]
                n = experiment.training["N"]
                if experiment.task != role:
                    yield place, f"expected a task {role}, found {experiment.task}"
                yield from _wrong_examples(examples, role, experiment)
            if rank > n:
                yield "compression/rank", f"expected at most N = {n}, found {rank}"


def _wrong_examples(
    examples: Mapping[str, Any], role: str, experiment: Experiment
) -> Iterator[tuple[str, str]]:
    """Yield what a figure would show although it is not trained."""
    for key, shown, source, trained in (
        ("seed", [examples["seed"]], "seeds", experiment.seeds),
        ("g", examples["g"], "g", experiment.g),
        ("trial_g", [examples["trial_g"]], "g", experiment.g),
    ):
        for one in shown:
            if one not in trained:
                known = ", ".join(map(str, trained))
                yield (
                    f"nonlinear/examples/{key}",
                    f"expected one of {experiment.place}/{source} ({known}), found {one}",
                )
    shown, trained = examples["epochs"][role], experiment.training["epochs"]
    if shown > trained:
        yield (
            f"nonlinear/examples/epochs/{role}",
            f"expected at most the epochs of {experiment.name}, {trained}, found {shown}",
        )


def _wrong_supplement(
    config: Mapping[str, Any], networks: Mapping[str, Experiment]
) -> Iterator[tuple[str, str]]:
    compared = compared_experiments(config["nonlinear"])
    for family in COMPARISONS:
        place = f"nonlinear/families/{family}"
        known = ("flipflop",) if family in OF_FLIPFLOPS else PAPER_TASKS
        if family not in compared:
            yield place, "expected the family that a figure compares, found none"
        for name in compared.get(family, []):
            if (task := networks[name].task) not in known:
                expected = f"expected tasks of {', '.join(known)}"
                yield place, f"{expected}, found {task!r} of {name}"
    spectra, directions = (config["supplement"][k] for k in ("spectra", "directions"))
    # The figure shows the first reading; which one is first depends on config.yaml.
    shown_in_a_reading = {
        reading[role]: networks[reading[role]]
        for reading in config["readings"].values()
        for role in PAPER_TASKS
    }
    seeds = config["supplement"]["transitions"]["seeds"]
    for experiment in shown_in_a_reading.values():
        if not set(seeds) & set(experiment.seeds):
            known = ", ".join(map(str, experiment.seeds))
            expected = f"expected some of {known} ({experiment.name}), found {seeds}"
            yield "supplement/transitions/seeds", expected
        for key, shown, trained in (
            ("spectra/g", spectra["g"], experiment.g),
            ("spectra/seed", [spectra["seed"]], experiment.seeds),
            ("directions/g", directions["g"], experiment.g),
        ):
            for one in shown:
                if one not in trained:
                    known = ", ".join(map(str, trained))
                    expected = f"expected one of {known} ({experiment.name}), found {one}"
                    yield f"supplement/{key}", expected
