"""Receipts of every job, written once a run has ended, and what Snakemake itself cost."""

import os
import time

from interplay.provenance.receipts import (
    NAME,
    Job,
    issue,
    read_receipts,
    write_receipts,
)

RESULTS = Path(config["pathvars"]["results"])
STARTED = time.monotonic()


def ended_jobs():
    """Yield what Snakemake knows of each job whose outputs are those it last made."""
    # Of the job that ended last, the cache still has the record of its run before.
    workflow.persistence._clear_cache()
    for job in workflow.dag.jobs:
        if not job.rule.script:
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
            parameters=parameters,
            script=str((SCRIPTS / script).relative_to(workflow.basedir)),
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


def given_configuration():
    """Return what Snakemake was given besides config.yaml, as on its command line."""
    files = [Path(file).resolve() for file in workflow.configfiles]
    ours = Path(workflow.basedir) / "config.yaml"
    given = [os.path.relpath(file) for file in files if file != ours]
    copies = [f"{key}={config[key]}" for key in ("treebank", "glove") if key in config]
    return [
        *(["--configfile", *given] if given else []),
        *(["--config", *copies] if copies else []),
    ]


def write_own_costs():
    """Add a line on Snakemake itself, without its jobs, to the benchmark files."""
    file = RESULTS / "benchmarks" / "workflow" / "snakemake.tsv"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lines:
        if not lines.tell():
            lines.write("s\tmax_rss\tcpu_time\n")
        wall, cpu = time.monotonic() - STARTED, time.process_time()
        lines.write(f"{wall:.2f}\tNA\t{cpu:.2f}\n")


onerror:
    write_own_costs()


onsuccess:
    # What was only touched was not made, and gets no receipt.
    if not workflow.touch:
        write_own_costs()
        try:
            write_receipts(
                issue(
                    list(ended_jobs()),
                    (
                        read_receipts(RESULTS / NAME)
                        if (RESULTS / NAME).exists()
                        else []
                    ),
                    given_configuration(),
                    Path.cwd(),
                ),
                RESULTS / NAME,
            )
        except InputError as error:
            raise WorkflowError(f"receipts: {error}") from None
