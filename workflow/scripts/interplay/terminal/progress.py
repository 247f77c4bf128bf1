"""The progress of a run, from the events of Snakemake's logger plugin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

BAR = 12
"""characters of the bar"""


@dataclass(frozen=True)
class Job:
    """A job as Snakemake announces it."""

    rule: str
    message: str
    wildcards: dict[str, str] = field(default_factory=dict)
    outputs: Sequence[str] = ()
    """paths, relative to the working directory, like those of `logs`"""
    logs: Sequence[str] = ()
    benchmark: str = ""
    """path, empty for a job without a benchmark file"""


@dataclass(frozen=True)
class Progress:
    """Jobs of a run: how many, and which run, ended or failed."""

    jobs: dict[int, Job] = field(default_factory=dict)
    """announced so far, by Snakemake's number"""
    announced: dict[int, float] = field(default_factory=dict)
    """when each was announced, in seconds since 1970"""
    running: tuple[int, ...] = ()
    """announced and not ended; a cluster may not have begun them"""
    ended: dict[int, float] = field(default_factory=dict)
    """when each finished job ended"""
    finished: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    done: int = 0
    total: int = 0
    whole: bool = True
    """whether the run makes everything, not only a target"""

    @property
    def percent(self) -> int:
        """Share of the jobs that are done, rounded down."""
        return 100 * self.done // self.total if self.total else 0


def after(progress: Progress, event: Mapping[str, Any]) -> Progress:
    """Return the progress after an event of the logger plugin.

    Args:
        progress: before the event.
        event: as `snakemake_logger_plugin_interplay.event_of` returns it.
    """
    number = event.get("id", -1)
    others = tuple(each for each in progress.running if each != number)
    match event["event"]:
        case "plan":
            jobs = event["jobs"]
            return replace(progress, total=jobs["total"], whole="all" in jobs)
        case "job":
            job = Job(**event["job"])
            return replace(
                progress,
                jobs={**progress.jobs, number: job},
                announced={**progress.announced, number: event["time"]},
                running=(*others, number),
                # Snakemake announces a job once more when it tries it again.
                failed=tuple(each for each in progress.failed if each != number),
            )
        case "finished":
            return replace(
                progress,
                running=others,
                finished=(*progress.finished, number),
                ended={**progress.ended, number: event["time"]},
            )
        case "failed":
            return replace(progress, running=others, failed=(*progress.failed, number))
        case "progress":
            return replace(progress, done=event["done"], total=event["total"])
    return progress


@dataclass(frozen=True)
class Outlook:
    """What is ahead of a run, as far as it is known."""

    left: str = ""
    """the time that remains, in words; empty if nobody wants to know"""
    waiting: frozenset[int] = frozenset()
    """announced jobs that have not begun, as in the queue of a cluster"""


def moving_line(
    progress: Progress, seconds: float, width: int, ascii: bool, outlook: Outlook
) -> str:
    """Return the line that a terminal shows: bar, jobs, time, and what is running.

    Args:
        progress: of the run.
        seconds: since its start.
        width: of the terminal, in characters; the line has fewer.
        ascii: whether the terminal shows nothing but ASCII.
        outlook: of the run.
    """
    if not progress.total:
        return f"looking for jobs  {clock(seconds)}"[: width - 1]
    filled = BAR * progress.done // progress.total
    full, empty, dots, separator = "#-~|" if ascii else "━┄…·"
    begun = [number for number in progress.running if number not in outlook.waiting]
    messages = [progress.jobs[number].message for number in begun]
    if outlook.waiting:
        messages = [f"{len(outlook.waiting)} waiting", *messages]
    idle = "finishing" if progress.done == progress.total else "choosing the next job"
    now = f" {separator} ".join(messages) or idle
    bar = full * filled + empty * (BAR - filled)
    line = f"{bar}  {_counts(progress, seconds, outlook)}  {now}"
    return line if len(line) < width else line[: max(width - 2, 0)] + dots


def plain_line(progress: Progress, seconds: float, outlook: Outlook) -> str:
    """Return the line that a pipe or a log gets: share, jobs, time, what ended last.

    Args:
        progress: of the run, after a job has finished.
        seconds: since its start.
        outlook: of the run.
    """
    counts = _counts(progress, seconds, outlook)
    ended = progress.jobs.get(progress.finished[-1]) if progress.finished else None
    message = ended.message if ended else ""
    return f"{progress.percent:3d} %  {counts}  {message}".rstrip()


def _counts(progress: Progress, seconds: float, outlook: Outlook) -> str:
    left = f", {outlook.left} left" if outlook.left else ""
    return f"{progress.done}/{progress.total} jobs  {clock(seconds)}{left}"


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds, or with hours: 0:07, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
