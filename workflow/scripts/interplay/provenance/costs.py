"""The costs of a run of the workflow, by stage, from Snakemake's benchmark files."""

from pathlib import Path

import pandas as pd

from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.tables import read_table

COSTS = "costs.csv"
"""file of an archive"""


def costs(benchmarks: Path) -> pd.DataFrame:
    """Sum up the benchmark files of a run, and the costs of an archive that it began with.

    Args:
        benchmarks: the folder, one folder in it for each stage; the name of a file is
            that of the step. A table of this function there has the costs of the archive
            from which the results were restored.

    Returns:
        A row for each stage and step: `jobs`, `wall_seconds`, `cpu_seconds` summed over
        them, and `rss_megabytes`, the largest. The CPU time of a training is that of its
        record, if that is larger: Snakemake looks at the CPU time every half second, and
        after 30 s every 30 s, so the end of a job is missing. Of a job that was resumed,
        only the last part is there.

    Raises:
        InputError: no benchmark file is in the folder.
    """
    files, restored = sorted(benchmarks.rglob("*.tsv")), benchmarks / COSTS
    if not files and not restored.is_file():
        raise InputError(f"{benchmarks}: expected benchmark files, found none")
    columns = {"s": "wall_seconds", "cpu_time": "cpu_seconds", "max_rss": "rss_megabytes"}
    found = [
        pd.read_csv(file, sep="\t", usecols=list(columns), na_values="NA")
        .assign(
            stage=file.relative_to(benchmarks).parts[0],
            step=file.stem,
            jobs=1,
            recorded=_recorded_seconds(file, benchmarks),
        )
        .rename(columns=columns)
        for file in files
    ]
    if restored.is_file():
        found.append(read_table(restored))
    jobs = pd.concat(found)
    jobs["cpu_seconds"] = jobs.filter(["cpu_seconds", "recorded"]).max(axis=1)
    sums = jobs.groupby(["stage", "step"]).agg(
        jobs=("jobs", "sum"),
        wall_seconds=("wall_seconds", "sum"),
        cpu_seconds=("cpu_seconds", "sum"),
        rss_megabytes=("rss_megabytes", "max"),
    )
    return sums.round(1).reset_index()


def costs_of_run(results: Path) -> pd.DataFrame:
    """Return the costs of a run in a live results folder or an archive, as `costs` does.

    Raises:
        InputError: the folder has neither the table of an archive nor benchmark files.
    """
    archived = results / COSTS
    return read_table(archived) if archived.is_file() else costs(results / "benchmarks")


def _recorded_seconds(benchmark: Path, benchmarks: Path) -> float:
    """Return the CPU time in the record of a training; 0 for other jobs."""
    folder = benchmarks.parent / benchmark.relative_to(benchmarks).parent
    record = folder / "record.json"
    if benchmark.stem != "train" or not record.is_file():
        return 0.0
    return float(read_json(record)["cpu_seconds"])
