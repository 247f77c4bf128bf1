"""The table of a dry run: what the stages of a run will cost."""

from collections.abc import Sequence
from pathlib import Path

from interplay.terminal.estimate import Estimate, summed

NAMED = 5
"""how many of the rules whose cost is not known are named"""


def table(rows: Sequence[Estimate], archived: Path) -> list[str]:
    """Return the lines that a dry run shows.

    Args:
        rows: one per stage.
        archived: folder of the archived run, as it is named.
    """
    if not rows:
        return ["Nothing to be done: all results are there."]
    total = summed("total", rows)
    rules = list(dict.fromkeys(total.unknown))
    more = f" and {len(rules) - NAMED} more rules" if len(rules) > NAMED else ""
    jobs = "1 job" if len(total.unknown) == 1 else f"{len(total.unknown)} jobs"
    unknown = f"{jobs}: {', '.join(rules[:NAMED])}{more}"
    return [
        f"{'stage':12}{'jobs':>6}{'CPU time':>14}{'disk':>10}",
        *(_line(row) for row in [*rows, total]),
        *_source(len(total.unknown) < total.jobs, archived),
        *([f"? Cost not known of {unknown}."] if rules else []),
        "`snakemake -n`, with the same arguments, lists the jobs and their reasons.",
    ]


def _source(known: bool, archived: Path) -> list[str]:
    if not known:
        return [
            f"The archived run ({archived}) is not there, or has no costs of these jobs."
        ]
    return [
        f"Estimated from the archived run ({archived}), for its machine.",
        "Disk: weights of networks; figures and tables as large as those of the archived run.",
    ]


def _line(row: Estimate) -> str:
    time = cpu_time(row.seconds)
    if row.unknown:
        time = "?" if len(row.unknown) == row.jobs else f"{time} + ?"
    return f"{row.stage:12}{row.jobs:6}{time:>14}{_size_in_words(row.bytes):>10}"


def cpu_time(seconds: float) -> str:
    """Return a time in the unit that makes it readable: <1 s, 8 s, 1.5 min, 47 min, 10.8 h."""
    if seconds < 59.5:
        return "<1 s" if 0 < seconds < 1 else f"{seconds:.0f} s"
    minutes = seconds / 60
    if minutes < 59.5:
        return f"{minutes:.1f} min" if minutes < 9.95 else f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h"


def _size_in_words(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 50_000 else f"{size / 1e3:.0f} kB"
