"""`interplay run`: Snakemake, checked beforehand, with one line of progress and an ending.

Snakemake ends with a traceback if a configuration file is missing or broken, takes a target
after `--configfile` or `--until` for another value of the option, refuses to start in a
folder where an earlier Snakemake was killed, and does not see that jobs of that Snakemake
are still running. None of that can be caught in the Snakefile.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from interplay.configuration.files import command_line_values, merged, read_yaml
from interplay.configuration.paths import expand_paths
from interplay.left_behind import (
    end_orphaned_jobs,
    refuse_slurm_jobs,
    release_stale_lock,
    remove_half_written,
    snakemake_in,
)
from interplay.storage.errors import InputError
from interplay.surroundings import refuse_unwritable
from interplay.terminal.ending import ending, failure, newest_log
from interplay.terminal.forecast import Forecast
from interplay.terminal.progress import Job
from interplay.terminal.screen import nothing, screen_for
from interplay.terminal.watching import Ended, watch

SNAKEMAKE = ".snakemake"
"""Snakemake's own folder in the one where it runs"""

CONFIGFILE = ("--configfile", "--configfiles")
CONFIG = ("--config", "-C")
SNAKEFILE = ("--snakefile", "-s")
DIRECTORY = ("--directory", "-d")
SUFFIXES = (".yaml", ".yml", ".json")
PAIRS = (
    *CONFIG, "--resources", "--res", "--set-threads", "--set-resources",
    "--default-resources", "--default-res", "--set-resource-scopes", "--consider-ancient",
)  # fmt: skip
"""options that take pairs such as N=64, each up to the next option"""
NAMES = (
    "--until", "-U", "--omit-from", "-O", "--forcerun", "-R", "--prioritize", "-P",
    "--allowed-rules", "--cache", "--preemptible-rules",
)  # fmt: skip
"""options that take names of rules or files, which may be targets, up to the next option"""


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
        from interplay.terminal.estimate import ArchivedRun, costs_of, networks_in

        run = ArchivedRun.read(folder / archived)
        return costs_of(jobs, networks_in(configuration), run)

    foresee = nothing if is_dry(arguments) else Forecast(work, results, costs)
    screen = screen_for(sys.stderr, (sys.stdout,), os.environ, foresee)
    ended = watch(command(arguments), folder, environment(), screen)
    if ended.status == 0 and is_dry(arguments):
        from interplay.terminal.cost_table import table
        from interplay.terminal.estimate import ArchivedRun, estimates

        if "tasks" in configuration:
            os.environ["INTERPLAY_TASKS"] = str(work / configuration["tasks"])
        jobs = ended.progress.jobs.values()
        rows = estimates(
            jobs, configuration, results, ArchivedRun.read(folder / archived)
        )
        lines = table(rows, archived)
    else:
        lines = _ending(ended, Path(os.path.relpath(work)), results)
    for line in lines:
        print(line, flush=True)
    return ended.status


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


LOOK = (
    r"d3dag|dag|detailed|export|filegraph|help|l[cipstu]*(?![a-z])|lint|list|report"
    r"|rulegraph|summary|version"
)
"""names of long options that ask for an output and leave the folder as it is"""

OTHER_OUTPUT = re.compile(
    rf"--({LOOK}|archive|cleanup|cm|conda-c|containerize|debug|delete|draft|edit|generate"
    r"|logger|print|quiet|unlock|verbose)|-[Fafknt]*[DShlpqv]"
)
"""options that ask Snakemake for an output of its own"""


def asks_for_other_output(arguments: Sequence[str]) -> bool:
    """Return whether Snakemake's own output is asked for: -p, --quiet, --summary, ..."""
    return any(OTHER_OUTPUT.match(word) for word in _options(arguments))


def is_dry(arguments: Sequence[str]) -> bool:
    """Return whether a dry run is asked for."""
    return any(re.match(r"--dry-?run$|-[Fafkt]*n", word) for word in _options(arguments))


LOOKS = re.compile(rf"--({LOOK})|-[Fafkt]*[DShlv]")


def only_looks(arguments: Sequence[str]) -> bool:
    """Return whether Snakemake will neither run a job nor change a file."""
    looks = any(LOOKS.match(word) for word in _options(arguments))
    return looks or is_dry(arguments)


def _options(arguments: Sequence[str]) -> list[str]:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return [word for word in arguments[:end] if word.startswith("-")]


def configuration_of(arguments: Sequence[str], folder: Path) -> dict[str, Any]:
    """Return the configuration that the workflow will use.

    Args:
        arguments: of Snakemake.
        folder: where it runs. Next to the Snakefile, config.yaml may be missing.

    Raises:
        InputError: a configuration file is missing or broken, or a path names no user.
    """
    snakefile = (values_of(SNAKEFILE, arguments) or ["Snakefile"])[0]
    base = (folder / snakefile).with_name("config.yaml")
    files = [folder / file for file in values_of(CONFIGFILE, arguments)]
    contents = [read_yaml(file) for file in [*([base] if base.is_file() else []), *files]]
    entries = values_of(CONFIG, arguments)
    texts = dict(entry.split("=", 1) for entry in entries if "=" in entry)
    whole = merged([*contents, {**texts, **command_line_values(entries)}])
    expand_paths(whole)
    return whole


def ordered(arguments: Sequence[str], folder: Path) -> list[str]:
    """Return the arguments with targets that an option would swallow at the end.

    A word after `--configfile` is a file if it exists or ends like one; a word after
    `--config` and its like is an entry if it has `=` in it.

    Raises:
        InputError: an option has several names, and the last one may be a target.
    """
    if "--" in arguments:
        return list(arguments)
    kept: list[str] = []
    targets: list[str] = []
    option = None
    for word in arguments:
        if word.startswith("-"):
            option = word
        elif (option in CONFIGFILE and not _is_file(word, folder)) or (
            option in PAIRS and "=" not in word
        ):
            targets.append(word)
            continue
        elif option in NAMES and kept[-1] != option:
            given = f"{option} {' '.join(values_of([option], arguments))}"
            raise InputError(
                f"{given}: expected one name, or `--` before the targets, found none; write "
                f"`{given.rpartition(' ')[0]} -- {given.rpartition(' ')[2]}` if the last "
                f"word is a target, `{given} --` if it is not"
            )
        kept.append(word)
    return [*kept, "--", *targets] if targets else kept


def _is_file(word: str, folder: Path) -> bool:
    return (folder / word).is_file() or Path(word).suffix in SUFFIXES


def values_of(options: Sequence[str], arguments: Sequence[str]) -> list[str]:
    """Return the values that an option has: `--directory there`, `--directory=there`.

    Args:
        options: names of the option.
        arguments: of Snakemake.
    """
    values: list[str] = []
    option = None
    for word in arguments:
        if word.startswith("-"):
            option, _, value = word.partition("=")
            if value and option in options:
                values.append(value)
        elif option in options:
            values.append(word)
    return values
