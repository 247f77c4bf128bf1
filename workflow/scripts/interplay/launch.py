"""`interplay run`: Snakemake, checked beforehand, with one line of progress and an ending.

Snakemake ends with a traceback if a configuration file is missing or broken, refuses to start
in a folder where an earlier Snakemake was killed, and does not see that jobs of that Snakemake
are still running. None of this can be caught in the Snakefile.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from interplay.left_behind import (
    end_orphaned_jobs,
    refuse_slurm_jobs,
    release_stale_lock,
    remove_half_written,
    snakemake_in,
)
from interplay.snakemake_arguments import (
    DIRECTORY,
    asks_for_other_output,
    configuration_of,
    is_dry,
    only_looks,
    ordered,
    values_of,
)
from interplay.storage.errors import InputError
from interplay.surroundings import refuse_unwritable
from interplay.terminal.ending import ending, failure, newest_log
from interplay.terminal.forecast import Forecast
from interplay.terminal.progress import Job
from interplay.terminal.screen import nothing, screen_for
from interplay.terminal.watching import Ended, watch

if TYPE_CHECKING:
    from interplay.terminal.estimate import ArchivedRun

SNAKEMAKE = ".snakemake"
"""Snakemake's own folder in the one where it runs"""


def run(arguments: Sequence[str], folder: Path, archived: Path) -> int:
    """Run Snakemake; return its exit status.

    Args:
        arguments: of Snakemake.
        folder: where it runs.
        archived: the run from which a dry run estimates costs, relative to `folder`.

    Raises:
        InputError: a configuration file is missing or broken.
    """
    arguments = ordered(arguments, folder)
    configuration = configuration_of(arguments, folder)
    work = folder / (values_of(DIRECTORY, arguments) or ["."])[0]
    folders = {"results": "results", "resources": "resources"}
    folders |= configuration.get("pathvars") or {}
    if is_dry(arguments):
        refuse_unwritable([work / SNAKEMAKE], whole=False)
    if not only_looks(arguments):
        own = _own_folders(work, folders)
        # The next check would take the Snakemake of a Slurm job on this machine for a run.
        refuse_slurm_jobs(work)
        release_stale_lock(work)
        refuse_unwritable([work / SNAKEMAKE], whole=False)
        refuse_unwritable([work / SNAKEMAKE / "metadata", *own], whole=True)
        _clean_up(work, own)
    if asks_for_other_output(arguments):
        return _run_as_it_is(arguments, folder)
    results = folders["results"]

    def costs(jobs: Sequence[Job]) -> list[float | None]:
        # Imported here, since a run does without pandas and the tasks until a job has ended.
        from interplay.terminal.estimate import costs_of, networks_in

        return costs_of(jobs, networks_in(configuration), _read(folder / archived))

    foresee = nothing if is_dry(arguments) else Forecast(work, results, costs)
    screen = screen_for(sys.stderr, (sys.stdout,), os.environ, foresee)
    if is_dry(arguments) and "tasks" in configuration:
        os.environ["INTERPLAY_TASKS"] = str(work / configuration["tasks"])
    with ThreadPoolExecutor(1) as reading:
        # While Snakemake plans, this process has nothing else to do.
        known = reading.submit(_read, folder / archived) if is_dry(arguments) else None
        ended = watch(command(arguments), folder, environment(), screen)
    if ended.status == 0 and known:
        from interplay.terminal.cost_table import table
        from interplay.terminal.estimate import estimates

        jobs = ended.progress.jobs.values()
        rows = estimates(jobs, configuration, results, known.result())
        lines = table(rows, archived)
    else:
        lines = _ending(ended, Path(os.path.relpath(work)), results)
    for line in lines:
        print(line, flush=True)
    return ended.status


def _read(archived: Path) -> "ArchivedRun":
    from interplay.terminal.estimate import ArchivedRun

    return ArchivedRun.read(archived)


def _own_folders(work: Path, folders: Mapping[str, str]) -> list[Path]:
    """Return where only this run writes. Other runs may share downloads outside `work`."""
    results, resources = (work / folders[name] for name in ("results", "resources"))
    shared = not resources.resolve().is_relative_to(work.resolve())
    return [results] if shared else [results, resources]


def _clean_up(work: Path, folders: Iterable[Path]) -> None:
    """End the jobs of a killed Snakemake, and remove what they had half written."""
    if jobs := end_orphaned_jobs(work):
        ids = ", ".join(map(str, jobs))
        print(
            f"Ended jobs that a killed Snakemake left (processes {ids})", file=sys.stderr
        )
    if snakemake_in(work) is None:
        for path in folders:
            remove_half_written(path)


def _ending(ended: Ended, folder: Path, results: str) -> list[str]:
    progress, seconds = ended.progress, ended.seconds
    if ended.status == 0:
        start = time.monotonic()
        site, preview = _site(folder, results)
        seconds += time.monotonic() - start
        return ending(folder, results, site, progress, seconds, preview)
    return failure(progress, seconds, newest_log(folder), ended.stopped)


def _site(folder: Path, results: str) -> tuple[str, bool]:
    """Write the site of a results folder.

    Returns:
        The first page, or why there is none; whether the results are known as a preview.
    """
    preview = False
    try:
        # Imported here, since a run does without pandas until its end.
        from interplay.provenance.graph import Graph
        from interplay.site.build import default_folder, write_site
        from interplay.site.facts import is_preview

        graph = Graph.read(Path(results), folder.resolve())
        preview = bool(is_preview(graph))
        write_site(graph, default_folder(graph.place))
    except Exception as error:
        # The results are whole, whatever keeps their pages from being written.
        kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
        lines = str(error).splitlines() or [""]
        return f"not written: {kind}{lines[0]}", preview
    return str(folder / results / "site" / "index.html"), preview


def _run_as_it_is(arguments: Sequence[str], folder: Path) -> int:
    process = subprocess.Popen(
        [sys.executable, "-m", "snakemake", *arguments], cwd=folder
    )
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The terminal sends Ctrl-C to Snakemake too, which then ends its jobs.
            continue


def command(arguments: Sequence[str]) -> Callable[[int], list[str]]:
    """Return a function that gives Snakemake's command line with our logger plugin.

    Args:
        arguments: of Snakemake.

    Returns:
        A function of the file descriptor to which the plugin writes events.
    """
    python = [sys.executable, "-m", "snakemake", "--logger", "interplay"]
    return lambda events: [*python, "--logger-interplay-events", str(events), *arguments]


def environment() -> dict[str, str]:
    """Return the environment in which Snakemake finds the logger plugin next to us."""
    here = str(Path(__file__).resolve().parents[1])
    paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
