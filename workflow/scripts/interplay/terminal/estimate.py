"""The cost of a run to come, estimated from the costs of the archived run.

A job of a step whose jobs are alike costs what such a job cost on average. For trainings
and measurements of networks, its seconds are divided by the work of its jobs and
multiplied by that of the job (`interplay.terminal.work`). Steps that the archived run does not
have are not known, and not guessed.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interplay.configuration.experiments import experiments, sentiment_experiments
from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.receipts import NAME, Chain
from interplay.terminal.progress import Job
from interplay.terminal.work import SCALED, Step, work_in

STAGES = "nonlinear", "linear", "sentiment", "claims", "figures", "paper"
"""in the order in which the workflow runs them"""

NAMED = 5
"""how many of the rules whose cost is not known are named"""


@dataclass(frozen=True)
class ArchivedRun:
    """The archived run: its costs, and the work that they paid for."""

    folder: Path
    costs: dict[Step, tuple[int, float]] = field(default_factory=dict)
    """number of jobs, and their CPU seconds together"""
    work: dict[Step, float] = field(default_factory=dict)
    """of all jobs together, in the unit of `work_in`; only of the steps in `SCALED`"""

    @classmethod
    def read(cls, folder: Path) -> "ArchivedRun":
        """Read an archive; what it lacks is not known.

        Args:
            folder: written by `interplay archive`.

        Raises:
            InputError: the archive's receipts were altered.
        """
        if not (folder / "costs.csv").is_file():
            return cls(folder)
        with (folder / "costs.csv").open(newline="") as file:
            costs = {
                (row["stage"], row["step"]): (int(row["jobs"]), float(row["cpu_seconds"]))
                for row in csv.DictReader(file)
            }
        # An archive by an older version has no configuration.
        if not (folder / CONFIGURATION).is_file():
            return cls(folder, costs)
        work_of = work_in(json.loads((folder / CONFIGURATION).read_text())["values"])
        work: dict[Step, float] = {}
        for receipt in Chain.read(folder / NAME).receipts:
            if step := SCALED.get(receipt.rule):
                work[step] = work.get(step, 0.0) + work_of(
                    receipt.rule, receipt.wildcards
                )
        return cls(folder, costs, work)


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
    work = work_in(configuration)
    sizes = _network_sizes(configuration)
    stages: dict[str, list[tuple[Job, float | None, int]]] = {}
    for job in jobs:
        # Rules such as `all` compute nothing.
        if job.benchmark:
            step = _step(job, results)
            seconds = _seconds(job, step, work, archived)
            size = sum(_size(path, job, results, sizes, archived) for path in job.outputs)
            stages.setdefault(step[0], []).append((job, seconds, size))
    return [
        Estimate(
            stage=stage,
            jobs=len(costs),
            seconds=sum(seconds for _, seconds, _ in costs if seconds is not None),
            unknown=tuple(job.rule for job, seconds, _ in costs if seconds is None),
            bytes=sum(size for _, _, size in costs),
        )
        for stage, costs in sorted(stages.items(), key=lambda item: _order(item[0]))
    ]


def table(rows: Sequence[Estimate], archived: Path) -> list[str]:
    """Return the lines that a dry run shows.

    Args:
        rows: one per stage.
        archived: folder of the archived run, as it is named.
    """
    if not rows:
        return ["Nothing to be done: all results are there."]
    unknown = [rule for row in rows for rule in row.unknown]
    rules = list(dict.fromkeys(unknown))
    more = f" and {len(rules) - NAMED} more rules" if len(rules) > NAMED else ""
    named = ", ".join(rules[:NAMED]) + more
    total = Estimate(
        "total",
        sum(row.jobs for row in rows),
        sum(row.seconds for row in rows),
        tuple(unknown),
        sum(row.bytes for row in rows),
    )
    return [
        f"{'stage':12}{'jobs':>6}{'CPU hours':>12}{'disk':>10}",
        *(_line(row) for row in [*rows, total]),
        f"Estimated from the archived run ({archived}), for its machine.",
        "Disk: weights of networks; figures and tables as large as those of the archived run.",
        *([f"? Cost not known of {len(unknown)} jobs: {named}."] if unknown else []),
        "`snakemake -n`, with the same arguments, lists the jobs and their reasons.",
    ]


def _order(stage: str) -> int:
    return STAGES.index(stage) if stage in STAGES else len(STAGES)


def _line(row: Estimate) -> str:
    hours = f"{row.seconds / 3600:.2f}"
    if row.unknown:
        hours = "?" if len(row.unknown) == row.jobs else f"{hours} + ?"
    return f"{row.stage:12}{row.jobs:6}{hours:>12}{row.bytes / 1e6:7.1f} MB"


def _step(job: Job, results: str) -> Step:
    path = Path(job.benchmark)
    folder = Path(results) / "benchmarks"
    relative = path.relative_to(folder) if path.is_relative_to(folder) else path
    return relative.parts[0], path.stem


def _seconds(job: Job, step: Step, work, archived: ArchivedRun) -> float | None:
    if step not in archived.costs:
        return None
    number, seconds = archived.costs[step]
    if step not in SCALED.values():
        return seconds / number
    if job.rule not in SCALED or not archived.work.get(step):
        return None
    return seconds * work(job.rule, job.wildcards) / archived.work[step]


def _size(
    path: str, job: Job, results: str, sizes: Mapping[str, int], archived: ArchivedRun
) -> int:
    """Return the bytes of an output: of the same file in the archive, or of a network."""
    if Path(path).name == "network.safetensors":
        return sizes.get(job.wildcards.get("experiment", ""), 0)
    if not Path(path).is_relative_to(results):
        return 0
    same = archived.folder / Path(path).relative_to(results)
    files = [same] if same.is_file() else same.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _network_sizes(configuration: Mapping[str, Any]) -> dict[str, int]:
    """Return the bytes of a network of each experiment: its weights, in float32."""
    rates = experiments(configuration.get("nonlinear", {"networks": {}}))
    sentiment = configuration.get("sentiment", {"networks": {}})
    dimension = sentiment.get("vectors", {}).get("dimension", 0)
    units = {
        name: lstm.parameters["N"]
        for name, lstm in sentiment_experiments(sentiment).items()
    }
    return {
        # Four gates per layer: the first gets a word vector and h, the second two times h.
        **{name: 4 * 4 * N * (dimension + 3 * N) for name, N in units.items()},
        **{name: 4 * rate.training["N"] ** 2 for name, rate in rates.items()},
    }
