"""The cost of a run to come, estimated from the archived run.

A job costs the mean CPU time of its step in the archived run. If the job is about trained
networks, the mean is multiplied by the job's work, relative to the mean work of the jobs of
its rule in the archived run. The cost of a rule that the archived run lacks is unknown.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from interplay.terminal.progress import Job

EXPONENT = 1.87
"""of N: how the time of an epoch grows; measured by `make bench` (bench/README.md)"""

TREES = 8544
"""of the Stanford Sentiment Treebank, for training"""

STAGES = "nonlinear", "linear", "sentiment", "claims", "figures", "paper"
"""in the order in which the workflow runs them"""

NAMED = 5
"""how many of the rules whose cost is not known are named"""


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
        with (folder / "costs.csv").open(newline="") as file:
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
        if seconds is None or rule not in self.work:
            return None
        return seconds * work_of(rule, wildcards, networks) / self.work[rule]


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
    stages: dict[str, list[Estimate]] = {}
    for job in jobs:
        # Rules such as `all` compute nothing.
        if not job.benchmark:
            continue
        inside = Path(job.benchmark.rpartition("benchmarks/")[2])
        stage, step = inside.parts[0], inside.stem
        sizes = (
            _size(Path(each), job, results, networks, archived) for each in job.outputs
        )
        cost = Estimate(stage, jobs=1, seconds=0.0, unknown=(job.rule,), bytes=sum(sizes))
        seconds = archived.expected_seconds(
            stage, step, job.rule, job.wildcards, networks
        )
        if seconds is not None:
            cost = replace(cost, seconds=seconds, unknown=())
        stages.setdefault(stage, []).append(cost)
    order = [*STAGES, *(stage for stage in stages if stage not in STAGES)]
    return [_sum(stage, stages[stage]) for stage in order if stage in stages]


def table(rows: Sequence[Estimate], archived: Path) -> list[str]:
    """Return the lines that a dry run shows.

    Args:
        rows: one per stage.
        archived: folder of the archived run, as it is named.
    """
    if not rows:
        return ["Nothing to be done: all results are there."]
    total = _sum("total", rows)
    rules = list(dict.fromkeys(total.unknown))
    more = f" and {len(rules) - NAMED} more rules" if len(rules) > NAMED else ""
    unknown = f"{len(total.unknown)} jobs: {', '.join(rules[:NAMED])}{more}"
    return [
        f"{'stage':12}{'jobs':>6}{'CPU hours':>12}{'disk':>10}",
        *(_line(row) for row in [*rows, total]),
        f"Estimated from the archived run ({archived}), for its machine.",
        "Disk: weights of networks; figures and tables as large as those of the archived run.",
        *([f"? Cost not known of {unknown}."] if rules else []),
        "`snakemake -n`, with the same arguments, lists the jobs and their reasons.",
    ]


def _sum(stage: str, costs: Sequence[Estimate]) -> Estimate:
    return Estimate(
        stage=stage,
        jobs=sum(cost.jobs for cost in costs),
        seconds=sum(cost.seconds for cost in costs),
        unknown=tuple(rule for cost in costs for rule in cost.unknown),
        bytes=sum(cost.bytes for cost in costs),
    )


def _line(row: Estimate) -> str:
    hours = f"{row.seconds / 3600:.2f}"
    if row.unknown:
        hours = "?" if len(row.unknown) == row.jobs else f"{hours} + ?"
    return f"{row.stage:12}{row.jobs:6}{hours:>12}{row.bytes / 1e6:7.1f} MB"


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
    for name, rate in experiments(configuration.get("nonlinear", none)).items():
        N, count = rate.training["N"], len(rate.g) * len(rate.seeds)
        trials = rate.training["epochs"] * rate.training["batch"]
        work = _samples(rate) * N**EXPONENT
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
            work = section["N"] ** EXPONENT * section["epochs"]
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
    return len(task.draw(np.random.default_rng(0), 1).inputs)


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
