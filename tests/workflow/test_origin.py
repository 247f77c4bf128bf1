"""What receipts say after a run of the real workflow that was killed, or that failed."""

import os
import signal
import subprocess
import time

import pytest

from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.provenance.recording import LOCK
from interplay.provenance.verify import verify
from interplay.storage.hashes import file_hash
from tests.provenance.repositories import git
from tests.running import SMALL, SNAKEMAKE, small_networks, snakemake

TABLE = f"{SMALL}/networks.csv"
SPECTRUM = f"{SMALL}/spectrum.parquet"
MODULE = "workflow/scripts/interplay/lowrank/spectrum.py"

pytestmark = pytest.mark.slow


@pytest.fixture
def begun(copies):
    """Return a function that begins a run under git, and waits until one job has ended."""
    running = []

    def begin(target):
        folder = copies()
        options = small_networks(folder)
        git(folder, "init", "--quiet")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "-m", "workflow")
        with open(folder.parent / "said", "w") as said:
            process = subprocess.Popen(
                [*SNAKEMAKE, "--cores", "1", *options, "--", target],
                cwd=folder, stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip
        running.append(process)
        # Snakemake has noted the end of the first job when it starts the second one.
        while len(list(folder.rglob("train.log"))) < 2 and process.poll() is None:
            time.sleep(0.05)
        return folder, process

    yield begin
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def receipts(folder):
    return Chain.read(folder / "results" / RECEIPTS).receipts


def test_a_job_keeps_the_commit_and_the_lock_of_its_own_time(begun):
    folder, process = begun(TABLE)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (folder / "results" / RECEIPTS).exists()
    commit, lock = git(folder, "rev-parse", "HEAD"), file_hash(folder / LOCK)
    (folder / LOCK).write_text("numpy==9.9.9\n")
    git(folder, "commit", "--quiet", "-am", "another lock")
    snakemake(folder, "--cores", "1", TABLE, "--configfile", "small.yaml")

    first, *later = sorted(receipts(folder), key=lambda receipt: receipt.started)
    assert first.rule == "train_network"
    assert (first.commit, first.lock) == (commit, lock)
    now = git(folder, "rev-parse", "HEAD"), file_hash(folder / LOCK)
    assert {(receipt.commit, receipt.lock) for receipt in later} == {now}
    assert len(later) >= 2
    assert all(receipt.git["clean"] for receipt in (first, *later))
    assert all(receipt.started < receipt.ended for receipt in (first, *later))
    found = verify(folder / "results", folder)
    (problem,) = found.problems
    assert problem.startswith(f"{LOCK}: altered: expected sha256 {lock[:12]}")


def test_jobs_that_ended_in_a_run_that_failed_have_receipts(begun):
    """The run fails because a module is edited while it lasts."""
    folder, process = begun(SPECTRUM)
    whole = (folder / MODULE).read_text()
    (folder / MODULE).write_text(f"{whole}\n\nx = 1\n")
    assert process.wait() != 0
    said = (folder.parent / "said").read_text()
    line = f"{MODULE}: edited since the run of the workflow began; run the workflow again"
    assert line in said
    assert {receipt.rule for receipt in receipts(folder)} == {"train_network"}
    (folder / MODULE).write_text(whole)
    assert verify(folder / "results", folder).found == []
