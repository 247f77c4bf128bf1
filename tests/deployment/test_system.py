"""The preview as a cluster, conda and apptainer run it: the same tables to the bit.

`make test-system` runs these; each is skipped where its tool is missing, unless the tool is
required (`make test-system REQUIRE="slurm conda apptainer pypi"`). Slurm is
the one of this machine, or one that the script INTERPLAY_SLURM, called with "start" and
"stop", sets up for the time of a test.
"""

import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deployment.tools import missing
from tests.running import small_networks

pytestmark = [pytest.mark.slow, pytest.mark.system]

ROOT = Path(__file__).parents[2]
IMAGE = ROOT / "envs" / "interplay.sif"
SNAKEMAKE = [str(Path(sys.executable).with_name("snakemake"))]
INTERPLAY = [sys.executable, "-m", "interplay", "run"]
PREVIEW = ["--configfile", "preview.yaml"]
LOCAL = ["--cores", "2"]
NETWORK = "results/nonlinear/flipflop/g0.9/seed0"


@pytest.fixture(scope="module")
def local_tables(copies):
    """Return the checksums of the preview's tables, made on this machine."""
    folder = copies()
    subprocess.run([*SNAKEMAKE, *LOCAL, *PREVIEW], cwd=folder, check=True)
    return tables(folder)


@pytest.fixture(scope="module")
def slurm():
    """Have a Slurm for the time of a test, or skip it."""
    script = os.environ.get("INTERPLAY_SLURM")
    if script:
        subprocess.run([script, "start"], check=True)
        yield
        subprocess.run([script, "stop"], check=True)
    elif shutil.which("sinfo") and not subprocess.run(["sinfo"]).returncode:
        yield
    else:
        missing(
            "slurm", "no Slurm here: INTERPLAY_SLURM can name a script that starts one"
        )


@pytest.fixture(scope="module", params=["conda", "apptainer"])
def deployment(request):
    """Return the name of a deployment; skip a test where it, or its image, is missing."""
    if not shutil.which(request.param):
        missing(request.param, f"no {request.param} on PATH")
    if request.param == "apptainer" and not IMAGE.exists():
        missing("apptainer", f"no {IMAGE.relative_to(ROOT)}: `make image` builds it")
    return request.param


def tables(folder):
    found = sorted((folder / "results" / "preview" / "tables").iterdir())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_ten_kills_at_random_moments_change_no_table(local_tables, copies):
    folder, moments = copies(), random.Random(20)
    # As the README says: after a kill, the same command continues, in spite of the lock.
    command = [*INTERPLAY, *LOCAL, *PREVIEW]
    for _ in range(10):
        with open(folder / "log", "a") as log:
            process = subprocess.Popen(
                command, cwd=folder, stdout=log, stderr=log, start_new_session=True
            )
        time.sleep(moments.uniform(5, 30))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(command, cwd=folder, check=True)
    assert tables(folder) == local_tables
    verify = [sys.executable, "-m", "interplay", "verify", "results/preview"]
    subprocess.run(verify, cwd=folder, check=True)


@contextmanager
def running(arguments, folder):
    """Run snakemake; it cancels its Slurm jobs if it is still there at the end."""
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            [*SNAKEMAKE, *arguments], cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait()


def wait_for(condition, process):
    """Return what `condition` gives once it is true; it has to be before the end."""
    while not (found := condition()):
        assert process.poll() is None, "snakemake ended too early"
        time.sleep(0.2)
    return found


def submissions(folder):
    """Return the numbers of all Slurm jobs so far."""
    return re.findall(r"submitted with SLURM jobid (\d+)", (folder / "log").read_text())


def state(job):
    command = ["squeue", "--noheader", "--states=all", "--format=%T", f"--jobs={job}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wait_for_end(job):
    """Wait until a job and its processes are gone."""
    while state(job).strip() in ("PENDING", "RUNNING", "COMPLETING"):
        time.sleep(1)


def test_slurm_makes_the_same_tables_although_a_job_is_cancelled(
    slurm, local_tables, copies
):
    folder = copies()
    with running(["--profile", "slurm", *PREVIEW], folder) as snakemake:
        first = wait_for(lambda: submissions(folder), snakemake)[0]
        wait_for(lambda: "RUNNING" in state(first), snakemake)
        subprocess.run(["scancel", first], check=True)
        assert snakemake.wait() == 0, (folder / "log").read_text()
    assert tables(folder) == local_tables
    # Eight trainings make one submission; a cancelled one is submitted again.
    trained = len(list(folder.glob("results/preview/nonlinear/*/*/*/record.json")))
    log = (folder / "log").read_text()
    groups = set(re.findall(r"slurm_logs/group_train_\w+/(\d+)\.log", log))
    assert trained / 8 <= len(groups) <= trained / 8 + 2
    for record in folder.glob("results/preview/sentiment/*/*/record.json"):
        job = json.loads(record.read_text())["machine"]["slurm_job"]
        command = ["scontrol", "show", "job", job]
        shown = subprocess.run(command, check=True, capture_output=True, text=True)
        assert "gpu" in shown.stdout


def slow_down(folder):
    """Make training take at least 0.1 s per epoch, so there is time to stop it."""
    path = folder / "workflow/scripts/interplay/nonlinear/training.py"
    text = path.read_text()
    step = "optimiser.step(vars(gradient))"
    assert text.count(step) == 1
    path.write_text(text.replace(step, f"time.sleep(0.1) or {step}"))


def test_a_job_that_slurm_stops_goes_on_from_its_checkpoint(slurm, copies):
    whole, stopped = copies(), copies()
    slow_down(stopped)
    target = f"{NETWORK}/network.safetensors"
    subprocess.run([*SNAKEMAKE, *LOCAL, target], cwd=whole, check=True)

    log = stopped / "results/logs/nonlinear/flipflop/g0.9/seed0/train.log"

    def goes_on_since(moment):
        new = log.exists() and log.stat().st_mtime > moment
        return new and "resuming from" in log.read_text()

    with running(["--profile", "slurm", target], stopped) as snakemake:
        wait_for((stopped / NETWORK / "checkpoint.safetensors").exists, snakemake)
        for command, end in [
            ("scontrol update timelimit=1 jobid={}", "TIMEOUT"),
            ("scancel {}", "CANCELLED"),
            ("scontrol requeue {}", "PENDING"),
        ]:
            moment, job = time.time(), submissions(stopped)[-1]
            subprocess.run(command.format(job).split(), check=True)
            wait_for(lambda: end in state(job), snakemake)  # noqa: B023
            wait_for(lambda: goes_on_since(moment), snakemake)  # noqa: B023
        assert snakemake.wait() == 0, (stopped / "log").read_text()

    assert len(submissions(stopped)) == 3
    record = json.loads((stopped / NETWORK / "record.json").read_text())
    assert record["resumed_at"] > 0
    for name in ("network.safetensors", "loss.parquet"):
        files = [folder / NETWORK / name for folder in (whole, stopped)]
        assert files[0].read_bytes() == files[1].read_bytes()


def test_finished_members_of_a_cancelled_group_are_not_trained_again(slurm, copies):
    folder = copies()
    slow_down(folder)
    options = small_networks(folder, epochs=30, seeds=[0, 1, 2, 3])
    networks = folder / "results/nonlinear/small/g0.9"

    def finished():
        return list(networks.glob("*/network.safetensors"))

    with running(["--profile", "slurm", *options, "--", "overview"], folder) as snakemake:
        before = [path.parent.name for path in wait_for(finished, snakemake)]
        (job,) = submissions(folder)
        subprocess.run(["scancel", job], check=True)
        again = f"Slurm cancelled job {job}, trying again (2 of 3)"
        wait_for(lambda: again in (folder / "log").read_text(), snakemake)
        assert not finished()
        wait_for(lambda: "RUNNING" in state(submissions(folder)[-1]), snakemake)
        snakemake.kill()
    job = submissions(folder)[-1]
    command = [*INTERPLAY, "--profile", "slurm", *options, "--", "overview"]
    refused = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert refused.returncode == 1
    assert f"are still here: {job}; " in refused.stderr
    wait_for_end(job)
    subprocess.run(command, cwd=folder, check=True)
    for name in before:
        record = json.loads((networks / name / "record.json").read_text())
        assert record["resumed_at"] == 30
    assert not list(networks.glob("*/checkpoint.safetensors"))


def test_a_deployment_makes_the_same_tables(deployment, local_tables, copies):
    folder = copies()
    if deployment == "apptainer":
        (folder / "envs" / IMAGE.name).symlink_to(IMAGE)
    command = [*INTERPLAY, "--sdm", deployment, *LOCAL, *PREVIEW]
    subprocess.run(command, cwd=folder, check=True)
    assert tables(folder) == local_tables
