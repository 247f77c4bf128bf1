"""Receipts of every job, written whenever a run ends, and Snakemake's own cost."""

import time

from interplay.left_behind import refuse_slurm_jobs
from interplay.provenance.code import planned_code
from interplay.provenance.issuing import describe_run, known_producers, write_receipts
from interplay.provenance.origin import workflow_files, workflow_hash
from interplay.provenance.recording import PLAN, RUN, plain
from interplay.runs.finished import remove_finished
from interplay.storage.files import write_json
from interplay.terminal.forecast import PLANNED

RESULTS = snakemake_internals.with_prefix(workflow, config["pathvars"]["results"])
STARTED = time.monotonic()
# The rules as this run of Snakemake has read them.
RULES = {path: workflow_hash(ROOT / path) for path in workflow_files(ROOT)}


def configuration_options():
    """Return the options for Snakemake that chose this configuration."""
    files = [
        os.path.relpath(file)
        for file in snakemake_internals.named_configuration_files(workflow)
    ]
    entries = snakemake_internals.configuration_entries(workflow)
    return [
        *(["--configfile", *files] if files else []),
        *(["--config", *entries] if entries else []),
    ]


def write_own_costs():
    """Add a line on Snakemake itself, without its jobs, to the benchmark files."""
    file = Path(RESULTS, "benchmarks", "workflow", "snakemake.tsv")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        if not lines.tell():
            lines.write("s\tmax_rss\tcpu_time\n")
        wall, cpu = time.monotonic() - STARTED, time.process_time()
        lines.write(f"{wall:.2f}\tNA\t{cpu:.2f}\n")


def receipts():
    """Write the receipts of all jobs that have recorded themselves."""
    try:
        write_receipts(RESULTS, Path.cwd())
    except InputError as error:
        raise WorkflowError(f"receipts: {error}") from None


def write_plan():
    """Write what the jobs would be, and when their outputs last changed."""
    jobs = [
        {
            "rule": job.rule.name,
            "inputs": list(map(str, job.input)),
            "outputs": list(map(str, job.output)),
            "parameters": dict(job.params.items()),
            "times": {
                path: os.stat(path).st_mtime_ns
                for path in map(str, job.output)
                if os.path.exists(path)
            },
        }
        for job in snakemake_internals.jobs(workflow)
        if job.output
    ]
    write_json(plain(jobs), Path(RESULTS, PLAN))


def start_of_run():
    """Describe this run to its jobs, if Slurm accepts what they request."""
    # `interplay restore` touches files that are not there yet, to read the plan.
    if snakemake_internals.only_touches(workflow):
        write_plan()
        return
    slurm_internals.adapt(workflow)
    try:
        refuse_slurm_jobs(Path.cwd())
        slurm_internals.check_requests(workflow)
    except InputError as error:
        # Snakemake would show a WorkflowError with a traceback of this file.
        snakemake_internals.logger.error(str(error))
        sys.exit(1)
    # A run that was killed wrote no receipts, and its description is about to go.
    if Path(RESULTS, RUN).exists():
        receipts()
    for job in snakemake_internals.jobs(workflow):
        # Naming the parameters of a job adds the hash of its code to CODE.
        job.params.get("code")
    run = describe_run(
        root=ROOT,
        work=Path.cwd(),
        values=config,
        files=snakemake_internals.configuration_files(workflow),
        command_line=configuration_options(),
        workflow=RULES,
        code=planned_code(ROOT, SOURCES, CODE),
    )
    write_json(run, Path(RESULTS, RUN))
    # `interplay run` foresees from them how long the run takes.
    planned = [
        {
            "rule": job.rule.name,
            "wildcards": dict(job.wildcards.items()),
            "benchmark": str(job.benchmark),
        }
        for job in snakemake_internals.jobs_to_run(workflow)
        if job.benchmark
    ]
    write_json(planned, Path(RESULTS, PLANNED))


def end_of_run():
    """Write Snakemake's own cost, and the receipts of the jobs that ended."""
    write_own_costs()
    receipts()
    remove_finished(Path(RESULTS))


@cache
def known_receipts():
    """Return the receipt of each output, from receipts and records of the results folder."""
    try:
        return known_producers(Path(RESULTS), Path.cwd())
    except InputError as error:
        raise WorkflowError(f"receipts: {error}") from None


def made_with(path):
    """Return the parameters of the job that made a file; None if no receipt knows."""
    receipt = known_receipts().get(path)
    return receipt and {**receipt.parameters, "code": receipt.code_hash}


snakemake_internals.explain_unrecorded(workflow, made_with)


onstart:
    snakemake_internals.start_jobs_without_a_limit(workflow)
    start_of_run()


onerror:
    end_of_run()


onsuccess:
    # A file that was only touched was not made.
    if not snakemake_internals.only_touches(workflow):
        end_of_run()


# Snakemake runs the hooks of the outermost workflow only. As a module, this workflow adds
# its own to the outer ones.
if IS_MODULE:
    snakemake_internals.add_to_hooks(
        workflow, onstart=start_of_run, onsuccess=end_of_run, onerror=end_of_run
    )
