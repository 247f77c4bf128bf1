"""Everything that the rules use of Snakemake's Slurm plugin beyond its interface.

A new version of the plugin may change any of it. `tests/deployment/test_slurm.py` runs it on
a Slurm, and `tests/workflow/test_slurm_internals.py` with commands in Slurm's place.
"""

import re
import shlex
import subprocess
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from interplay.storage.errors import InputError
from snakemake_internals import submissions

PLUGIN = "snakemake_executor_plugin_slurm"

PATIENCE = 60.0
"""seconds that Slurm has to answer"""

ENDS = {
    "CANCELLED": "Slurm cancelled job {number}",
    "TIMEOUT": "Slurm job {number} ran out of time",
    "OUT_OF_MEMORY": "Slurm job {number} ran out of memory",
    "NODE_FAIL": "Slurm job {number} lost its node",
}
"""what to say of a job, by the status that Slurm gives it"""


def check_requests(workflow: Any) -> None:
    """Ask Slurm whether it would accept each request that differs in more than its time.

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
    jobs = sorted(
        submissions(workflow),
        key=lambda job: (
            _request(executor, job, timeless=True),
            job.resources["runtime"],
        ),
    )
    for _, similar in groupby(jobs, lambda job: _request(executor, job, timeless=True)):
        *_, longest = similar
        request = _request(executor, longest)
        if sentence := _refusal(request):
            raise InputError(
                f"Slurm refuses {_name(longest)}: {sentence} ({shlex.join(request)})"
            )


def _request(executor: Any, job: Any, timeless: bool = False) -> list[str]:
    """Return the words of sbatch for a job, without those that name the job."""
    from snakemake_executor_plugin_slurm import get_submit_command, set_gres_string

    named = {"run_uuid": "", "slurm_logfile": "", "comment_str": "", "workdir": ""}
    placed = {
        "account": next(executor.get_account_arg(job)),
        "partition": executor.get_partition_arg(job),
    }
    settings = executor.workflow.executor_settings
    call = get_submit_command(job, named | placed, settings) + set_gres_string(job)
    words = shlex.split(call)
    naming = {"--parsable": 1, "--export=ALL": 1}
    naming |= dict.fromkeys(("--job-name", "--output", "--comment"), 2)
    naming |= {"-t": 2} if timeless else {}
    kept = []
    while words:
        skipped = naming.get(words[0], 0)
        kept += words[: 0 if skipped else 1]
        words = words[skipped or 1 :]
    return kept


def _refusal(request: Sequence[str]) -> str:
    """Return why Slurm refuses a request, in its own words; nothing if it does not."""
    try:
        answer = subprocess.run(
            [*request, "--test-only", "--wrap=true"],
            capture_output=True,
            text=True,
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


def _name(job: Any) -> str:
    return ", ".join(sorted(job.rules))


def tell_failures_briefly(workflow: Any) -> None:
    """Say in one line that a job is tried again, and show the error of its last try once.

    The plugin shows the error of a group once for each member, and Slurm's whole log.

    Args:
        workflow: Snakemake's, before its first job. Nothing changes if it does not submit
            jobs to Slurm.
    """
    if executor := _executor(workflow):
        executor.print_job_error = _teller(executor.logger.warning)


def _teller(say: Callable[[str], None]) -> Callable[..., None]:
    def tell(
        info: Any, msg: str | None = None, aux_logs: Sequence[str] = (), **_
    ) -> None:
        job, said = info.job, _end(info.external_jobid, msg or "", _name(info.job))
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


def _end(number: str | None, msg: str, name: str) -> str:
    """Return how a Slurm job ended, from the plugin's message."""
    status = re.search(r"SLURM status is: '([A-Z_]+)", msg)
    if status:
        return ENDS.get(status[1], "Slurm job {number} failed").format(number=number)
    refused = re.search(r"error message was '(.*?)'", msg, re.DOTALL)
    sentence = refused[1] if refused else msg
    return f"Slurm refuses {name}: {' '.join(sentence.split())}"


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
