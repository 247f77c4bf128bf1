"""The time that a run still takes, and the jobs that have not begun."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import mean
from time import time
from typing import NamedTuple

from interplay.storage.files import read_json
from interplay.terminal.progress import Job, Outlook, Progress

PLANNED = Path("logs", "workflow", "jobs.json")
"""in a results folder: rule, wildcards and benchmark file of each job of the run"""

PATIENCE = 15.0
"""seconds after which a job with an empty log counts as waiting: Python has to start"""

EVERY = ""
"""in place of a rule: the jobs of all rules"""

Costs = Callable[[Sequence[Job]], Sequence[float | None]]
"""returns the expected CPU time of jobs in seconds; None where it is not known"""


class Planned(NamedTuple):
    """A job of the run, before it is announced."""

    rule: str
    cost: float | None
    """expected CPU time in seconds, None if it is not known"""


class Forecast:
    """Foresee the rest of a run, from planned jobs, expected costs and what has ended."""

    def __init__(self, work: Path, results: str, costs: Costs):
        """Prepare; nothing is read before a job has ended.

        Args:
            work: where the jobs run.
            results: the results folder, relative to `work`.
            costs: of the planned jobs.
        """
        self._work, self._file, self._costs = work, work / results / PLANNED, costs
        self._planned: dict[str, Planned] | None = None
        self._begun: dict[int, float] = {}

    def __call__(self, progress: Progress) -> Outlook:
        """Return the outlook of a run."""
        if not progress.total or progress.done == progress.total:
            return Outlook()
        now = time()
        for number in progress.running:
            self._look_at_log(number, progress)
        waiting = frozenset(
            number
            for number in progress.running
            if number not in self._begun and now - progress.announced[number] > PATIENCE
        )
        if not progress.ended:
            return Outlook("?", waiting)
        if self._planned is None:
            self._planned = self._read()
        left = remaining(self._planned, progress, self._begun, now)
        return Outlook(in_words(*left), waiting)

    def _look_at_log(self, number: int, progress: Progress) -> None:
        """Note that a job has begun: it has written to its log since it was announced."""
        announced = progress.announced[number]
        if self._begun.get(number, 0.0) >= announced:
            return
        self._begun.pop(number, None)
        logs = progress.jobs[number].logs
        with suppress(OSError):
            found = [(self._work / log).stat() for log in logs]
            # A file's time may be coarse; Snakemake itself makes an empty log for some jobs.
            if all(log.st_size and log.st_mtime > announced - 1 for log in found):
                self._begun[number] = time() if logs else announced

    def _read(self) -> dict[str, Planned]:
        """Return the jobs of the run, by their benchmark files."""
        if not self._file.is_file():
            return {}
        jobs = [Job(message="", **job) for job in read_json(self._file)]
        costs: Sequence[float | None] = [None] * len(jobs)
        # The run goes on, whatever keeps its costs from being known.
        with suppress(Exception):
            costs = self._costs(jobs)
        return {
            job.benchmark: Planned(job.rule, cost)
            for job, cost in zip(jobs, costs, strict=True)
        }


def remaining(
    planned: Mapping[str, Planned],
    progress: Progress,
    begun: Mapping[int, float],
    now: float,
) -> tuple[float | None, bool]:
    """Return the time that a run still takes, and whether more jobs remain than it covers.

    A job is expected to take its cost, times the ratio of time to cost of the jobs of its rule
    that have ended, or else of all jobs that have ended. A job without a known cost takes the
    mean time of its rule. As many jobs run at once as on average until now.

    Args:
        planned: the jobs of the run, by benchmark file.
        progress: of the run.
        begun: when jobs began, by number; a job that is missing and has ended began when it
            was announced.
        now: in seconds since 1970, as all times.

    Returns:
        Seconds, None if no remaining job has a known time; whether there are jobs without one.
    """
    took = {
        progress.jobs[number].benchmark: end
        - begun.get(number, progress.announced[number])
        for number, end in progress.ended.items()
    }
    since = {
        progress.jobs[number].benchmark: now - begun[number]
        for number in progress.running
        if number in begun
    }
    expected = _expected(planned, took)
    left = []
    unknown = not planned
    for benchmark in planned.keys() - took.keys():
        seconds = expected(planned[benchmark])
        if seconds is None:
            unknown = True
        else:
            left.append(max(seconds - since.get(benchmark, 0.0), 0.0))
    if not left:
        return None, unknown
    elapsed = max(now - min(progress.announced.values()), 1.0)
    at_once = max((sum(took.values()) + sum(since.values())) / elapsed, 0.1)
    return max(sum(left) / at_once, *left), unknown


def _expected(
    planned: Mapping[str, Planned], took: Mapping[str, float]
) -> Callable[[Planned], float | None]:
    """Return a function that gives the seconds a job will take, by what ended jobs took."""
    ended: dict[str, list[tuple[float | None, float]]] = {EVERY: []}
    for benchmark in took.keys() & planned.keys():
        rule, cost = planned[benchmark]
        ended[EVERY].append((cost, took[benchmark]))
        ended.setdefault(rule, []).append((cost, took[benchmark]))
    ratios = {}
    for rule, jobs in ended.items():
        if known := [(cost, seconds) for cost, seconds in jobs if cost]:
            costs, times = map(sum, zip(*known, strict=True))
            ratios[rule] = times / costs
    means = {rule: mean(s for _, s in jobs) for rule, jobs in ended.items() if jobs}

    def expected(job: Planned) -> float | None:
        ratio = ratios.get(job.rule, ratios.get(EVERY))
        return job.cost * ratio if job.cost and ratio else means.get(job.rule)

    return expected


def in_words(seconds: float | None, more: bool) -> str:
    """Return a time as it is foreseen: <1 min, about 12 min, about 3 h + ?, ?.

    Args:
        seconds: of the jobs whose time is known; None if there are none.
        more: whether there are jobs whose time is not known.
    """
    if seconds is None:
        return "?"
    minutes = round(seconds / 60)
    words = "<1 min" if minutes < 1 else f"about {minutes} min"
    if minutes >= 90:
        words = f"about {minutes / 60:.1f} h"
    return f"{words} + ?" if more else words
