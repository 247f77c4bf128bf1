"""Receipts of every job, written at the end of a successful run, and Snakemake's own cost."""

import time

from interplay.provenance.issuing import Job, record_run

RESULTS = snakemake_internals.with_prefix(workflow, config["pathvars"]["results"])
STARTED = time.monotonic()


def gathered(job):
    """Return the inputs of each output, for a job that gathers tables by name."""
    return {
        str(path): list(map(str, job.input.get(name)))
        for name, path in job.output.items()
        if name in job.input.keys()
    }


def ended_jobs():
    """Yield each job of this workflow whose outputs are those that it made last."""
    for job in snakemake_internals.jobs(workflow):
        # Jobs without our code are another workflow's, which uses this one as a module.
        if not job.rule.script or job.params.get("code") not in CODE:
            continue
        record = snakemake_internals.last_record(workflow, job)
        if not record:
            continue
        parameters = dict(job.params.items())
        script, modules = CODE[parameters.pop("code")]
        yield Job(
            name=job.rule.name,
            wildcards=dict(job.wildcards.items()),
            inputs=list(map(str, job.input)),
            outputs=list(map(str, job.output)),
            parts=gathered(job) if script == "gather_tables.py" else {},
            parameters=parameters,
            script=(SCRIPTS / script).relative_to(ROOT).as_posix(),
            modules=modules,
            code_hash=job.params.code,
            threads=job.threads,
            started=record.started,
            ended=record.ended,
            recorded_inputs=record.input_checksums,
        )


def configuration_options():
    """Return the options for Snakemake that chose this configuration."""
    named = snakemake_internals.named_configuration_files(workflow)
    files = list(map(os.path.relpath, named))
    keys = [key for key in ("treebank", "glove", "together") if key in config]
    return [
        *(["--configfile", *files] if files else []),
        *(["--config", *(f"{key}={config[key]}" for key in keys)] if keys else []),
    ]


def write_own_costs():
    """Add a line on Snakemake itself, without its jobs, to the benchmark files."""
    file = Path(RESULTS, "benchmarks", "workflow", "snakemake.tsv")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lines:
        if not lines.tell():
            lines.write("s\tmax_rss\tcpu_time\n")
        wall, cpu = time.monotonic() - STARTED, time.process_time()
        lines.write(f"{wall:.2f}\tNA\t{cpu:.2f}\n")


def write_receipts():
    """Write the receipts of the results folder."""
    try:
        record_run(
            list(ended_jobs()),
            RESULTS,
            ROOT,
            Path.cwd(),
            config,
            snakemake_internals.configuration_files(workflow),
            configuration_options(),
        )
    except InputError as error:
        raise WorkflowError(f"receipts: {error}") from None


def end_of_run():
    """Write Snakemake's own cost and the receipts."""
    # A file that was only touched was not made, and gets no receipt.
    if not snakemake_internals.only_touches(workflow):
        write_own_costs()
        write_receipts()


onstart:
    snakemake_internals.start_jobs_without_a_limit(workflow)


onerror:
    write_own_costs()


onsuccess:
    end_of_run()


# Snakemake runs the hooks of the outermost workflow only. As a module, this workflow adds
# its own to the outer one.
if Path(workflow.basedir).resolve() != ROOT:
    snakemake_internals.add_to_hooks(workflow, onsuccess=end_of_run)
