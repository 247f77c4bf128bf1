"""Everything that the rules use of Snakemake's Slurm plugin beyond its interface.

A new version of the plugin may change any of it. `tests/deployment/test_system.py` runs it on
a Slurm, and `tests/workflow/test_slurm.py` with commands in Slurm's place.
"""

import re
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from snakemake.exceptions import WorkflowError

from interplay.storage.errors import InputError
from snakemake_internals import submissions

PLUGIN = "snakemake_executor_plugin_slurm"

PATIENCE = 60.0
"""seconds that Slurm has to answer"""

ENDS = {
    "CANCELLED": "Slurm cancelled job {}",
    "TIMEOUT": "Slurm job {} ran out of time",
    "OUT_OF_MEMORY": "Slurm job {} ran out of memory",
    "NODE_FAIL": "Slurm job {} lost its node",
}
"""what to say of a job, by the status that Slurm gives it"""


def check_requests(workflow: Any) -> None:
    """Ask Slurm, by `sbatch --test-only`, whether it would accept each kind of request.

    Of requests that differ in nothing but their time, the longest is tested: no limit that
    lets it pass refuses a shorter one.

    Args:
        workflow: Snakemake's, before its first job. Nothing is asked if it does not submit
            jobs to Slurm.

    Raises:
        InputError: Slurm refuses a request; the message has Slurm's own sentence.
    """
    if not (executor := _executor(workflow)):
        return
    longest: dict[str, tuple[int, list[str], Any]] = {}
    for job in submissions(workflow):
        try:
            request, time = _request(executor, job), job.resources["runtime"]
        except WorkflowError as error:
            # The plugin knows the accounts of this user.
            raise InputError(" ".join(str(error).split())) from None
        kind = _shown(request, {"-t": 2})
        if time > longest.get(kind, (0,))[0]:
            longest[kind] = time, request, job
    for _, request, job in longest.values():
        if sentence := _refusal(request):
            rules = ", ".join(sorted(job.rules))
            raise InputError(f"Slurm refuses {rules}: {sentence} ({_shown(request)})")


def _request(executor: Any, job: Any) -> list[str]:
    """Return the command, in words, that submits a job, without what the job runs."""
    from snakemake_executor_plugin_slurm import get_submit_command, set_gres_string

    named = {
        "run_uuid": executor.run_uuid,
        "slurm_logfile": "/dev/null",
        "comment_str": "",
        "account": next(executor.get_account_arg(job)),
        "partition": executor.get_partition_arg(job),
        "workdir": executor.workflow.workdir_init,
    }
    call = get_submit_command(job, named, executor.workflow.executor_settings)
    return shlex.split(call + set_gres_string(job))


NAMING = {"--parsable": 1, "--export=ALL": 1} | dict.fromkeys(
    ("--job-name", "--output", "--comment", "-D"), 2
)
"""how many words belong to options of sbatch that request nothing"""


def _shown(request: Sequence[str], also: Mapping[str, int] | None = None) -> str:
    """Return what a command requests; `also` leave out options with so many words."""
    left_out = NAMING | dict(also or {})
    words, shown = list(request), []
    while words:
        count = left_out.get(words[0], 0)
        shown += [] if count else words[:1]
        del words[: count or 1]
    return shlex.join(shown)


def _refusal(request: Sequence[str]) -> str:
    """Return why Slurm refuses a request, in its own words; nothing if it does not."""
    try:
        answer = subprocess.run(
            [*request, "--test-only", "--wrap=true"],
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
    except FileNotFoundError:
        return "sbatch: command not found"
    except subprocess.TimeoutExpired:
        return f"no answer within {PATIENCE:.0f} s"
    if answer.returncode == 0:
        return ""
    lines = [
        re.sub("^sbatch: (error: )?", "", line) for line in answer.stderr.split("\n")
    ]
    return "; ".join(line.strip() for line in lines if line.strip())


def adapt(workflow: Any) -> None:
    """Run the members of a group in one Snakemake, and show each error once.

    The plugin starts a Snakemake for each member of a group. It shows the error of a group
    once for each member, with Slurm's whole log, also if the group is tried again.

    Args:
        workflow: Snakemake's, before its first job. Nothing changes if it does not submit
            jobs to Slurm.
    """
    if executor := _executor(workflow):
        executor.common_settings.pass_group_args = True
        executor.print_job_error = _teller(executor.logger.warning)


def _teller(say: Callable[[str], None]) -> Callable[..., None]:
    def tell(
        info: Any, msg: str | None = None, aux_logs: Sequence[str] = (), **_
    ) -> None:
        job, said = info.job, _end(info, msg or "")
        if job.attempt <= job.restart_times:
            tries = f"{job.attempt + 1} of {job.restart_times + 1}"
            say(f"{said}, trying again ({tries})")
            return
        failed = _failed_member(job)
        logs = list(map(str, aux_logs))
        if failed is None:
            (failed, *_) = job.jobs if job.is_group() else [job]
            failed.log_error(msg=said, aux_logs=logs)
        else:
            failed.log_error(msg="; ".join([said, *(f"its log: {log}" for log in logs)]))

    return tell


def _end(info: Any, msg: str) -> str:
    """Return how a Slurm job ended, from the plugin's message."""
    status = re.search(r"SLURM status is: '([A-Z_]+)", msg)
    if status:
        return ENDS.get(status[1], "Slurm job {} failed").format(info.external_jobid)
    refused = re.search(r"error message was '(.*?)'", msg, re.DOTALL)
    sentence = refused[1] if refused else msg
    return f"Slurm refuses {info.job.name}: {' '.join(sentence.split())}"


def _failed_member(job: Any) -> Any | None:
    """Return the job that failed, of a group the member that began last; None if none began.

    The members of a group run one after another, so all before it have their outputs.
    """
    members = job.jobs if job.is_group() else [job]
    begun = {
        max(Path(log).stat().st_mtime for log in member.log): member
        for member in members
        # Snakemake makes an empty log for a job that it has not begun.
        if all(Path(log).exists() and Path(log).stat().st_size for log in member.log)
        and not all(Path(path).exists() for path in member.output)
    }
    return begun[max(begun)] if begun else None


def _executor(workflow: Any) -> Any | None:
    """Return the plugin's executor, if it submits the jobs of this run."""
    executor = workflow.scheduler._executor
    return executor if type(executor).__module__ == PLUGIN else None
