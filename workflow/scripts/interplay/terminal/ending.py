"""The last lines of a run: where its results are, how the claims came out, what failed."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from interplay.terminal.progress import Progress

WORDS = {
    "agrees": "agree with the published values",
    "differs": "differ",
    "holds": "hold",
    "holds partly": "partly",
    "fails": "fail",
    "not tested": "not tested",
}
"""agreement and verdicts, as they follow a number"""


PREVIEW = "Preview  numbers and verdicts are not those of the full reproduction"


def ending(
    folder: Path,
    results: str,
    site: str,
    progress: Progress,
    seconds: float,
    preview: bool,
) -> list[str]:
    """Return the lines that follow a successful run: figures, claims, paper, site, time.

    Args:
        folder: where Snakemake ran.
        results: the results folder in it.
        site: the page at which the site begins, or why there is no site.
        progress: of the run. After a run for a target, only what the run made is named.
        seconds: that the run took.
        preview: whether the configuration is not that of the full reproduction.
    """
    made = None if progress.whole else _made(folder, progress)
    root = folder / results
    return [
        *([PREVIEW] if preview else []),
        *_figures(root, made),
        *_claims(root, made),
        *_one("Paper", root / "paper.pdf", made),
        f"Site     {site}",
        f"Time     {duration(seconds)}",
    ]


def failure(
    progress: Progress, seconds: float, log: Path | None, stopped: bool
) -> list[str]:
    """Return the lines that follow a run that failed: the jobs with their logs, time.

    An error before the first job is shown already, and needs no further lines.

    Args:
        progress: of the run.
        seconds: that the run took.
        log: Snakemake's log file.
        stopped: whether the run was told to stop, by Ctrl-C or SIGTERM.
    """
    if not progress.total and not stopped:
        return []
    jobs = [
        progress.jobs[number] for number in progress.failed if number in progress.jobs
    ]
    told = [f"Failed   {': '.join([job.message, *job.logs])}" for job in jobs]
    if stopped:
        counts = f"{progress.done} of {progress.total} jobs"
        told = [f"Stopped  after {counts}; the same command resumes the run"]
    elif not told:
        told = [f"Failed   after {progress.done} of {progress.total} jobs"]
    return [
        *told,
        *([f"Log      {log}"] if log else []),
        f"Time     {duration(seconds)}",
    ]


def verdict_counts(claims: Path) -> str:
    """Return how many claims have which answers, for each reading, provenance apart.

    Args:
        claims: claims.csv, with the columns `reading`, `agreement`, `about` and `verdict`.
    """
    rows: Counter[tuple[str, str]] = Counter()
    with claims.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kind = ", provenance" if row["about"] == "provenance" else ""
            for answer in (row["agreement"], row["verdict"]):
                rows[row["reading"] + kind, answer] += 1
    groups = sorted({group: None for group, _ in rows}, key=lambda name: "," in name)
    return "; ".join(
        f"{group} "
        + ", ".join(
            f"{rows[group, answer]} {word}"
            for answer, word in WORDS.items()
            if rows[group, answer]
        )
        for group in groups
    )


def duration(seconds: float) -> str:
    """Return a time in words: 7 s, 12 min 40 s, 3 h 5 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def newest_log(folder: Path) -> Path | None:
    """Return Snakemake's newest log file in a working directory, relative to it."""
    logs = sorted((folder / ".snakemake" / "log").glob("*.log"))
    return logs[-1].relative_to(folder) if logs else None


def _made(folder: Path, progress: Progress) -> set[Path]:
    jobs = (progress.jobs[number] for number in progress.finished)
    return {folder / path for job in jobs for path in job.outputs}


def _figures(results: Path, made: set[Path] | None) -> list[str]:
    # A configuration without readings has no figures of the paper.
    for pattern in ("figures/*.svg", "nonlinear/*/overview.svg"):
        if found := list(_shown(sorted(results.glob(pattern)), made)):
            return [f"Figures  {_folder(found)}"]
    return []


def _folder(files: Sequence[Path]) -> str:
    if len(files) == 1:
        return str(files[0])
    parents = {file.parent for file in files}
    folder = files[0].parent if len(parents) == 1 else files[0].parent.parent
    return f"{folder} ({len(files)} figures)"


def _claims(results: Path, made: set[Path] | None) -> list[str]:
    shown = _shown([results / "tables" / "claims.csv"], made)
    return [f"Claims   {table}: {verdict_counts(table)}" for table in shown]


def _one(label: str, path: Path, made: set[Path] | None) -> list[str]:
    return [f"{label:7}  {each}" for each in _shown([path], made)]


def _shown(paths: Iterable[Path], made: set[Path] | None):
    """Yield the paths that exist and, if `made` is known, that the run made."""
    for path in paths:
        if path.exists() and (made is None or path in made):
            yield path
