"""What the rules need of Snakemake beyond its documented interface, in a small workflow."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import snakemake

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"

INNER = f"""
import json, sys
sys.path.insert(0, {str(SCRIPTS)!r})
import snakemake_internals as internals

configfile: "config.yaml"

said = {{}}
internals.change_pathvars(workflow, lambda path, key: path.replace("RESULTS", "results"))
results = internals.with_prefix(workflow, "results")

def report():
    said["main"] = internals.is_main_process(workflow)
    said["deploys"] = internals.deploys_software(workflow)
    said["touches"] = internals.only_touches(workflow)
    said["limit"] = [limit, workflow.scheduler.job_rate_limiter]
    said["files"] = [file.name for file in internals.configuration_files(workflow)]
    said["named"] = [file.name for file in internals.named_configuration_files(workflow)]
    said["entries"] = internals.configuration_entries(workflow)
    said["results"] = results
    said["records"] = {{
        job.rule.name: internals.last_record(workflow, job)
        for job in internals.jobs(workflow)
        if job.output
    }}
    with open("said.json", "w") as file:
        json.dump(said, file)

def start():
    global limit
    said["to_run"] = sorted(job.rule.name for job in internals.jobs_to_run(workflow))
    limit = type(workflow.scheduler.job_rate_limiter).__name__
    internals.start_jobs_without_a_limit(workflow)

def made_with(path):
    return {{"length": 9}} if path == "results/copied" else None

internals.explain_unrecorded(workflow, made_with)

rule all:
    default_target: True
    input: "<results>/counted"

rule copy:
    input: local("source")
    output: "results/copied"
    params: length=config["length"]
    shell: "cp {{input}} {{output}}"

rule count:
    input: "results/copied"
    output: "results/counted"
    shell: "wc -c {{input}} > {{output}}"

onstart: start()

onsuccess: report()

if not workflow.modifier.is_main_snakefile():
    internals.add_to_hooks(workflow, onstart=start, onsuccess=report)
"""

OUTER = """
configfile: "config.yaml"

onsuccess: open("outer", "w").close()

module inner:
    snakefile: "inner.smk"
    config: config
    prefix: "below"

use rule * from inner as inner_*
"""


SCRIPT = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
import snakemake_internals as internals

internals.quote_interpreter()
internals.quote_interpreter()

rule make:
    output: "made"
    script: "make.py"
"""


@pytest.mark.slow
def test_a_script_runs_wherever_python_is(tmp_path):
    (tmp_path / "Snakefile").write_text(SCRIPT)
    (tmp_path / "make.py").write_text("open(snakemake.output[0], 'w').close()\n")
    there = tmp_path / "ein 'anderer' Ort für $x"
    there.symlink_to(sys.prefix)
    python = [there / "bin/python", "-m", "snakemake", "--cores", "1"]
    done = subprocess.run(python, cwd=tmp_path, capture_output=True)
    assert (tmp_path / "made").exists(), done.stderr


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inner.smk").write_text(INNER)
    (tmp_path / "config.yaml").write_text("length: 1\npathvars: {results: RESULTS}\n")
    (tmp_path / "more.yaml").write_text("{}\n")
    (tmp_path / "source").write_text("four")
    return tmp_path


def run(folder, *arguments, snakefile="inner.smk"):
    """Run the workflow; return what it said at its end."""
    snakemake(folder, "-s", snakefile, "--cores", "1", *arguments)
    return json.loads((folder / "said.json").read_text())


@pytest.mark.slow
def test_records_files_and_limits_are_where_the_rules_look(folder):
    first = run(folder, "--configfile", "more.yaml")
    assert first["limit"] == ["JobRateLimiter", None]
    assert first["files"] == ["config.yaml", "more.yaml"]
    assert first["named"] == ["more.yaml"]
    assert first["results"] == "results"
    assert first["entries"] == []
    assert not first["touches"]
    assert first["to_run"] == ["all", "copy", "count"]
    assert first["main"]
    assert not first["deploys"]
    started, ended, checksums = first["records"]["copy"]
    assert 0 < started <= ended
    assert checksums == {"source": hashlib.sha256(b"four").hexdigest()}
    assert first["records"]["count"][0] >= ended

    (folder / "results/counted").unlink()
    changed = ["--config", "length=2", "--rerun-triggers", "mtime"]
    again = run(folder, *changed)
    assert again["entries"] == ["length=2"]
    assert again["to_run"] == ["all", "count"]
    second = again["records"]
    # Other parameters than those of the job that made the file: nothing is known of it.
    assert second["copy"] is None
    # Not the record of its first run, which Snakemake read before the job ran again.
    assert second["count"][0] > first["records"]["count"][1]
    assert run(folder, "--touch", "--forceall")["touches"]


@pytest.mark.slow
def test_outputs_without_a_record_are_judged_by_what_they_were_made_with(folder):
    run(folder)
    shutil.rmtree(folder / ".snakemake")
    dry = ("-s", "inner.smk", "-n", "--config")
    assert "Params have changed" in snakemake(folder, *dry, "length=8")
    assert "Nothing to be done" in snakemake(folder, *dry, "length=9")


@pytest.mark.slow
def test_a_module_has_its_prefix_and_adds_to_the_hooks_of_the_outer_workflow(folder):
    (folder / "Snakefile").write_text(OUTER)
    said = run(folder, "inner_all", snakefile="Snakefile")
    assert said["results"] == "below/results"
    assert said["limit"] == ["JobRateLimiter", None]
    assert (folder / "below/results/copied").read_text() == "four"
    assert (folder / "outer").exists()
