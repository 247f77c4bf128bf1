"""Everything that the rules use of Snakemake beyond its documented interface.

A new version of Snakemake may change any of it. `tests/workflow/test_internals.py` runs each
function in a small workflow, so that it says which one no longer works. Every function takes
Snakemake's `workflow`, as rules see it.
"""

import math
import os
import shlex
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from snakemake import persistence
from snakemake.jobs import GroupJob
from snakemake.logging import logger  # noqa: F401

from interplay.provenance.recording import plain


class Record(NamedTuple):
    """Snakemake's record of the last time that a job ran."""

    started: float
    """seconds since 1970"""
    ended: float
    input_checksums: dict[str, str]
    """sha256 of the inputs that Snakemake hashed when the job read them: small files"""


def with_prefix(workflow: Any, path: str) -> str:
    """Return a path with the `prefix` of the module that the workflow is used as, if any."""
    return str(workflow.modifier.modify_path(path))


def change_pathvars(workflow: Any, change: Callable[[str, str], str]) -> None:
    """Replace the value of each pathvar, wherever it was set.

    Args:
        workflow: as rules see it.
        change: returns the new value; receives the old one and the name.
    """
    items = workflow.pathvars.items
    items.update({key: change(value, key) for key, value in items.items()})


def configuration_files(workflow: Any) -> list[Path]:
    """Return the configuration files in the order in which Snakemake merges them."""
    named = named_configuration_files(workflow)
    return [
        *(file for file in map(Path, workflow.configfiles) if file not in named),
        *named,
    ]


def named_configuration_files(workflow: Any) -> list[Path]:
    """Return the configuration files that the command line names, in order."""
    return list(map(Path, workflow.overwrite_configfiles))


def configuration_entries(workflow: Any) -> list[str]:
    """Return the entries of `--config`, such as `key=value`, as they were typed."""
    return list(workflow.config_settings.config_args or ())


def is_main_process(workflow: Any) -> bool:
    """Return whether this is the Snakemake that was started, and none that runs its jobs."""
    return bool(workflow.is_main_process)


def deploys_software(workflow: Any) -> bool:
    """Return whether jobs run in environments or containers of their own."""
    return bool(workflow.deployment_settings.deployment_method)


def only_touches(workflow: Any) -> bool:
    """Return whether jobs only touch their outputs (`--touch`)."""
    return bool(workflow.touch)


def jobs(workflow: Any) -> Iterator[Any]:
    """Yield all jobs that the targets depend on, also those that need not run."""
    yield from workflow.dag.jobs


def jobs_to_run(workflow: Any) -> Iterator[Any]:
    """Yield the jobs that have to run."""
    yield from workflow.dag.needrun_jobs()


def last_record(workflow: Any, job: Any) -> Record | None:
    """Return the record of the last time that a job ran.

    Returns:
        None without a record, or if the job then had other parameters: its outputs are not
        explained.
    """
    persistence = workflow.persistence
    # For the job that ended last, the cache still holds the record of its run before.
    persistence.deactivate_cache()
    record = persistence.metadata(job.output[0])
    if not record or persistence.params_changed(job):
        return None
    checksums = record.get("input_checksums") or {}
    return Record(
        record.get("starttime"),
        record.get("endtime"),
        {
            path: checksum.removeprefix("sha256:")
            for path, checksum in checksums.items()
            if checksum.startswith("sha256:")
        },
    )


def explain_unrecorded(
    workflow: Any, made_with: Callable[[str], dict[str, Any] | None]
) -> None:
    """Run jobs again whose outputs Snakemake has no record of, and that had other parameters.

    Snakemake takes outputs without a record, such as copied ones, for up to date.

    Args:
        workflow: as rules see it.
        made_with: returns the parameters of the job that made an output, as JSON has them;
            None if they are not known.
    """
    # The workflow's own object does not exist before all rules are read.
    kind = getattr(persistence, "PersistenceBase", None) or persistence.Persistence
    has_record, changed = kind.has_metadata, kind.params_changed

    def known(job: Any) -> dict[str, Any] | None:
        return made_with(str(job.output[0])) if job.output else None

    def has_metadata(self: Any, job: Any) -> bool:
        return has_record(self, job) or known(job) is not None

    def params_changed(self: Any, job: Any, file: Any = None) -> Any:
        if file is not None or has_record(self, job) or (before := known(job)) is None:
            return changed(self, job, file)
        now = plain(dict(job.params.items()))
        keys = {key for key in {*now, *before} if now.get(key) != before.get(key)}
        return persistence.ParamsChange(
            only_old={f"{key}={before[key]}" for key in keys & set(before)},
            only_new={f"{key}={now[key]}" for key in keys & set(now)},
            files={str(path) for path in job.output} if keys else set(),
        )

    kind.has_metadata, kind.params_changed = has_metadata, params_changed


def quote_interpreter() -> str:
    """Quote the path of Python for the shell, which Snakemake does not do in a job's command.

    A path may have spaces, quotes and dollar signs: that of .venv in this checkout.

    Returns:
        The path without quotation marks.
    """
    # What is quoted begins with a quotation mark.
    if os.path.isabs(sys.executable):
        sys.executable = shlex.quote(sys.executable)
    return shlex.split(sys.executable)[0]


def start_jobs_without_a_limit(workflow: Any) -> None:
    """Take off the limit on jobs per second, which is on by default.

    With it, each job that ends adds a timer that makes Snakemake check all ready jobs once
    more every second (seen in 9.27). After 130 jobs these checks took a third of a core.
    """
    workflow.scheduler.job_rate_limiter = None


def is_submitted(workflow: Any) -> bool:
    """Return whether this Snakemake runs within a job that another one has submitted."""
    return bool(workflow.remote_exec)


def requests_resources(workflow: Any) -> bool:
    """Return whether a cluster gets the resources of jobs, or a dry run may show them."""
    return workflow.non_local_exec_or_dryrun and not is_submitted(workflow)


def run_groups_in_turn(workflow: Any, groups: Collection[str], shortest: int) -> None:
    """Run the members of a group one after another, and bound the time that it requests.

    A group requests the CPUs and the memory of one member, and the sum of their minutes, up
    to the workflow's limit on the resource `runtime`. Snakemake bounds single jobs only.

    Args:
        workflow: Snakemake's, while it reads the rules.
        groups: their names. Each member has the resource `turn=1`.
        shortest: minutes that the first try of a group requests at least, the second try
            twice that, and so on.
    """
    summed = GroupJob.resources.fget
    limit = workflow.global_resources.get("runtime")
    # A number up to Snakemake 9.12.
    longest = getattr(limit, "value", limit) or math.inf

    def resources(group: GroupJob) -> Any:
        if group.groupid in groups and group._resources is None:
            # Only jobs with the resource `turn` see it.
            group.global_resources["turn"] = 1
            requested = summed(group)
            minutes = min(max(group.attempt * shortest, requested.runtime), longest)
            group._resources = {**dict(requested.items()), "runtime": minutes}
        return summed(group)

    GroupJob.resources = property(resources)
    if is_submitted(workflow):
        workflow.global_resources["turn"] = 1


def submissions(workflow: Any) -> Iterator[Any]:
    """Yield each job, or group of jobs, that will be submitted to a cluster."""
    single_or_group = (
        workflow.dag.get_job_group(job) or job for job in workflow.dag.needrun_jobs()
    )
    yield from (job for job in dict.fromkeys(single_or_group) if not job.is_local)


def add_to_hooks(workflow: Any, **functions: Callable[[], None]) -> None:
    """Call functions after the hooks of the outermost workflow, whose hooks alone run.

    Args:
        workflow: the outermost workflow.
        functions: by the name of a hook: `onstart`, `onsuccess`.
    """
    for name, function in functions.items():
        outer = getattr(workflow, f"_{name}")
        setattr(workflow, f"_{name}", _both(outer, function))


def _both(outer: Callable[[Any], None], own: Callable[[], None]) -> Callable[[Any], None]:
    def hook(log: Any) -> None:
        outer(log)
        own()

    return hook
