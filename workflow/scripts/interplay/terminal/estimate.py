"""The cost of a run to come, estimated from the archived run.

A job costs the mean CPU time of its step in the archived run. If the job is about trained
networks, the mean is multiplied by the job's work, relative to the mean work of the jobs of
its rule in the archived run. The start of a job costs the same, whatever the work is. The cost
of a rule that the archived run lacks is unknown.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from interplay.configuration.experiments import (
    Experiment,
    experiments,
    sentiment_experiments,
)
from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.receipts import RECEIPTS
from interplay.storage.files import read_json
from interplay.tasks import make_task
from interplay.tasks.drawing import trial_length
from interplay.terminal.progress import Job

EXPONENT = 1.87
"""of N: how the time of an epoch grows; measured by `make bench` (bench/README.md)"""

START = 0.7
"""CPU seconds in which a job starts Python and imports the library (bench/README.md)"""

TREES = 8544
"""of the Stanford Sentiment Treebank, for training"""

STAGES = "nonlinear", "linear", "sentiment", "claims", "figures", "paper"
"""in the order in which the workflow runs them"""


@dataclass(frozen=True)
class ArchivedRun:
    """The archived run: what its jobs cost, and how much work they were."""

    folder: Path
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    """mean CPU time of a job, by stage and step"""
    work: dict[str, float] = field(default_factory=dict)
    """mean work of a job, by rule, as `work_of` returns it"""

    @classmethod
    def read(cls, folder: Path) -> "ArchivedRun":
        """Read an archive; nothing is known of a folder without one.

        Args:
            folder: written by `interplay archive`.
        """
        if not (folder / "costs.csv").is_file():
            return cls(folder)
        with (folder / "costs.csv").open(encoding="utf-8", newline="") as file:
            seconds = {
                (row["stage"], row["step"]): float(row["cpu_seconds"]) / int(row["jobs"])
                for row in csv.DictReader(file)
            }
        networks = networks_in(read_json(folder / CONFIGURATION)["values"])
        by_rule: dict[str, list[float]] = {}
        # An estimate needs no check of the receipts, which takes ten times as long.
        *receipts, _ = (folder / RECEIPTS).read_text(encoding="utf-8").splitlines()
        for receipt in map(json.loads, receipts):
            work = work_of(receipt["rule"], receipt["wildcards"], networks)
            by_rule.setdefault(receipt["rule"], []).append(work)
        return cls(folder, seconds, {rule: mean(each) for rule, each in by_rule.items()})

    def expected_seconds(
        self,
        stage: str,
        step: str,
        rule: str,
        wildcards: Mapping[str, str],
        networks: Mapping[str, "Networks"],
    ) -> float | None:
        """Return the CPU time that a job will take on the archived run's machine.

        Args:
            stage: of the job.
            step: name of its benchmark file.
            rule: of the job.
            wildcards: of the job.
            networks: of its configuration, as `networks_in` returns them.

        Returns:
            Seconds; None if the archived run has no such job.
        """
        seconds = self.seconds.get((stage, step))
        has_size = wildcards.get("experiment") in {None, *networks}
        if seconds is None or rule not in self.work or not has_size:
            return None
        start = min(START, seconds)
        share = work_of(rule, wildcards, networks) / self.work[rule]
        return start + (seconds - start) * share


@dataclass(frozen=True)
class Estimate:
    """The cost of the jobs of one stage."""

    stage: str
    jobs: int
    seconds: float
    """CPU time of the jobs whose cost is known"""
    unknown: tuple[str, ...]
    """the rule of each job whose cost is not known"""
    bytes: int
    """of the files whose size is known"""


def estimates(
    jobs: Iterable[Job],
    configuration: Mapping[str, Any],
    results: str,
    archived: ArchivedRun,
) -> list[Estimate]:
    """Return what the jobs of each stage will cost.

    Args:
        jobs: that would run.
        configuration: as it takes effect.
        results: the results folder, relative to the working directory.
        archived: the archived run.
    """
    networks = networks_in(configuration)
    # Rules such as `all` compute nothing.
    jobs = [job for job in jobs if job.benchmark]
    costs = costs_of(jobs, networks, archived)
    stages: dict[str, list[Estimate]] = {}
    for job, seconds in zip(jobs, costs, strict=True):
        sizes = (
            _size(Path(each), job, results, networks, archived) for each in job.outputs
        )
        stage, _ = _stage_and_step(job)
        unknown = (job.rule,) if seconds is None else ()
        cost = Estimate(stage, 1, seconds or 0.0, unknown, bytes=sum(sizes))
        stages.setdefault(stage, []).append(cost)
    order = [*STAGES, *(stage for stage in stages if stage not in STAGES)]
    return [summed(stage, stages[stage]) for stage in order if stage in stages]


def costs_of(
    jobs: Iterable[Job], networks: Mapping[str, "Networks"], archived: ArchivedRun
) -> list[float | None]:
    """Return the CPU time that each job will take, in seconds; None if it is not known.

    Args:
        jobs: with a benchmark file each.
        networks: of their configuration, as `networks_in` returns them.
        archived: the archived run.
    """
    return [
        archived.expected_seconds(
            *_stage_and_step(job), job.rule, job.wildcards, networks
        )
        for job in jobs
    ]


def _stage_and_step(job: Job) -> tuple[str, str]:
    inside = Path(job.benchmark.rpartition("benchmarks/")[2])
    return inside.parts[0], inside.stem


def summed(stage: str, costs: Sequence[Estimate]) -> Estimate:
    """Return the sum of some costs, with a name."""
    return Estimate(
        stage=stage,
        jobs=sum(cost.jobs for cost in costs),
        seconds=sum(cost.seconds for cost in costs),
        unknown=tuple(rule for cost in costs for rule in cost.unknown),
        bytes=sum(cost.bytes for cost in costs),
    )


@dataclass(frozen=True)
class Networks:
    """Networks that differ only in g and seed: an experiment, or a section of `linear`."""

    work: float
    """of one network and epoch, in a unit that only ratios within a rule use"""
    epochs: int
    count: int
    bytes: int = 0
    """of the weights of one network, in float32"""


def networks_in(configuration: Mapping[str, Any]) -> dict[str, Networks]:
    """Return the networks of a configuration by the name of their experiment.

    Linear networks have the name of their section, and `work` of all epochs.

    Args:
        configuration: as it took effect.
    """
    none = {"networks": {}}
    found = {}
    lengths: dict[str, int] = {}
    for name, rate in experiments(configuration.get("nonlinear", none)).items():
        N, count = rate.training["N"], len(rate.g) * len(rate.seeds)
        trials = rate.training["epochs"] * rate.training["batch"]
        task = json.dumps([rate.task, rate.options, rate.training["dt"]])
        if task not in lengths:
            lengths[task] = _samples(rate)
        work = lengths[task] * N**EXPONENT
        found[name] = Networks(work, trials, count, bytes=4 * N**2)
    sentiment = configuration.get("sentiment", none)
    trees = sentiment.get("synthetic", {}).get("train", TREES)
    dimension = sentiment.get("vectors", {}).get("dimension", 0)
    for name, lstm in sentiment_experiments(sentiment).items():
        N, epochs = lstm.parameters["N"], lstm.parameters["epochs"]
        # Four gates per layer: the first gets a word vector and h, the second two times h.
        weights = 4 * N * (dimension + 3 * N)
        found[name] = Networks(
            trees * N**EXPONENT, epochs, len(lstm.seeds), bytes=4 * weights
        )
    linear = configuration.get("linear", {})
    for name, section in {"linear": linear, **linear}.items():
        if isinstance(section, Mapping) and "epochs" in section:
            sizes = np.atleast_1d(section["N"])
            work = float(np.sum(sizes**EXPONENT)) * section["epochs"]
            runs = len(section.get("targets", [1]))
            found[name] = Networks(work * runs, 1, len(section["seeds"]))
    return found


def work_of(
    rule: str, wildcards: Mapping[str, str], networks: Mapping[str, Networks]
) -> float:
    """Return the work of a job, to be compared within its rule.

    A training is as much work as its epochs; a measurement, as the networks that it reads.
    All jobs without networks are the same work.

    Args:
        rule: of the job.
        wildcards: of the job.
        networks: of its configuration, as `networks_in` returns them.
    """
    these = networks.get(wildcards.get("experiment", rule.removeprefix("train_")))
    if these is None:
        return 1.0
    if rule.startswith("train_"):
        return these.work * these.epochs
    return these.work * (1 if "seed" in wildcards else these.count)


def _samples(experiment: Experiment) -> int:
    """Return the length of a trial in time steps."""
    dt = experiment.training["dt"]
    task = make_task(experiment.task, dt=dt, **experiment.options)
    return trial_length(task, experiment.task, partial(np.random.default_rng, 0))


def _size(
    path: Path,
    job: Job,
    results: str,
    networks: Mapping[str, Networks],
    archived: ArchivedRun,
) -> int:
    """Return the bytes of an output: of the same file in the archive, or of a network."""
    if path.name == "network.safetensors":
        these = networks.get(job.wildcards.get("experiment", ""))
        return these.bytes if these else 0
    if not path.is_relative_to(results):
        return 0
    same = archived.folder / path.relative_to(results)
    files = [same] if same.is_file() else same.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())
