"""Receipts of every job, written at the end of a successful run, and Snakemake's own cost."""

import time

from interplay.provenance.issuing import Job, record_run

RESULTS = str(workflow.modifier.modify_path(config["pathvars"]["results"]))
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
    # For the job that ended last, the cache still holds the record of its run before.
    workflow.persistence._clear_cache()
    for job in workflow.dag.jobs:
        # Jobs without our code are another workflow's, which uses this one as a module.
        if not job.rule.script or job.params.get("code") not in CODE:
            continue
        record = workflow.persistence.metadata(job.output[0])
        # Without a record, or with one of other parameters, the outputs are not explained.
        if not record or workflow.persistence.params_changed(job):
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
            started=record.starttime,
            ended=record.endtime,
            recorded_inputs={
                path: checksum.removeprefix("sha256:")
                for path, checksum in (record.input_checksums or {}).items()
                if checksum.startswith("sha256:")
            },
        )


def configuration_files():
    """Return the configuration files in the order in which Snakemake merges them."""
    named = list(map(Path, workflow.overwrite_configfiles))
    return [
        *(file for file in map(Path, workflow.configfiles) if file not in named),
        *named,
    ]


def configuration_options():
    """Return the options for Snakemake that chose this configuration."""
    files = [os.path.relpath(file) for file in workflow.overwrite_configfiles]
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
            configuration_files(),
            configuration_options(),
        )
    except InputError as error:
        raise WorkflowError(f"receipts: {error}") from None


def end_of_run():
    """Write Snakemake's own cost and the receipts."""
    # A file that was only touched was not made, and gets no receipt.
    if not workflow.touch:
        write_own_costs()
        write_receipts()


onstart:
    # With a limit on jobs per second, which is on by default, each job that ends adds a timer
    # that makes Snakemake check all ready jobs once more every second (seen in 9.27). After
    # 130 jobs these checks took a third of a core.
    workflow.scheduler.job_rate_limiter = None


onerror:
    write_own_costs()


onsuccess:
    end_of_run()


# Snakemake runs the hooks of the outermost workflow only. As a module, this workflow adds
# its own to the outer one.
if Path(workflow.basedir).resolve() != ROOT:

    def both_hooks(log, outer=workflow._onsuccess):
        """Call the outer workflow's hook, then our own."""
        outer(log)
        end_of_run()

    workflow._onsuccess = both_hooks
