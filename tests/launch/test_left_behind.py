"""`interplay run` after a Snakemake was killed: its locks, its jobs, half-written files."""

import os
import platform
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

from interplay.left_behind import (
    end_orphaned_jobs,
    release_stale_lock,
    remove_half_written,
    snakemake_in,
)
from interplay.storage.errors import InputError
from interplay.storage.files import replacing


def locked(folder):
    lock = folder / ".snakemake" / "locks" / "0.output.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("results/fig1.pdf\n")
    return lock


def test_the_lock_of_a_snakemake_that_is_gone_is_removed(tmp_path):
    lock = locked(tmp_path)
    release_stale_lock(tmp_path)
    assert not lock.exists()
    release_stale_lock(tmp_path)


def test_a_lock_of_another_machine_or_user_is_kept(tmp_path):
    lock = locked(tmp_path)
    log = tmp_path / ".snakemake/log/2020-01-01T000000.000000.snakemake.log"
    log.parent.mkdir()
    log.write_text("SNAKEMAKE\n  Host: login2\n  User: me\n")
    with pytest.raises(InputError, match=r"found one by .* on login2 since .*--unlock"):
        release_stale_lock(tmp_path)
    log.unlink()
    if not os.getuid():
        os.chown(lock, 65534, -1)
        with pytest.raises(InputError, match=f"found one by nobody on {platform.node()}"):
            release_stale_lock(tmp_path)
        os.chown(lock, 0, -1)
    release_stale_lock(tmp_path)
    assert not lock.exists()


WAIT = "import time; time.sleep(60)"


@contextmanager
def living_snakemake(folder):
    """Have a process whose command line is that of Snakemake; it only waits."""
    (folder / "snakemake").write_text(WAIT)
    running = subprocess.Popen([sys.executable, "-u", "snakemake"], cwd=folder)
    try:
        while snakemake_in(folder) is None and running.poll() is None:
            time.sleep(0.05)
        yield running
    finally:
        running.kill()
        running.wait()


def test_the_lock_of_a_snakemake_that_runs_is_kept(tmp_path):
    with living_snakemake(tmp_path) as running:
        lock = locked(tmp_path)
        with pytest.raises(InputError, match=f"running here .process {running.pid}."):
            release_stale_lock(tmp_path)
        assert lock.exists()
    release_stale_lock(tmp_path)
    assert not lock.exists()


START = """
import subprocess, sys
job = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(job.pid)
"""


@pytest.fixture
def orphaned_job():
    """Return a function that leaves a job in a folder; the process that started it is gone."""
    left = []

    def leave(folder):
        script = folder / ".snakemake/scripts/tmp0.train_network.py"
        script.parent.mkdir(parents=True)
        script.write_text(WAIT)
        ended = subprocess.run(
            [sys.executable, "-c", START, sys.executable, str(script)],
            cwd=folder, check=True, capture_output=True, text=True,
        )  # fmt: skip
        left.append(psutil.Process(int(ended.stdout)))
        return left[-1]

    yield leave
    for job in left:
        if is_alive(job):
            job.kill()


def is_alive(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_the_jobs_of_a_snakemake_that_is_gone_are_ended(tmp_path, orphaned_job):
    here, other = tmp_path / "here", tmp_path / "other"
    job, of_other = orphaned_job(here), orphaned_job(other)
    with living_snakemake(here):
        assert end_orphaned_jobs(here) == []
    assert is_alive(job)
    assert end_orphaned_jobs(here) == [job.pid]
    assert not is_alive(job)
    assert is_alive(of_other)
    assert end_orphaned_jobs(here) == []


WRITE = """
import os, signal, sys
from interplay.storage.files import replacing
with replacing(sys.argv[1]) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def half_written(path):
    """Be killed while writing a file; return the temporary file that is left."""
    before = set(path.parent.glob(".*"))
    subprocess.run([sys.executable, "-c", WRITE, str(path)], check=False)
    (left,) = set(path.parent.glob(".*")) - before
    return left


@pytest.mark.parametrize("name", ["fig2.pdf", "networks.parquet", "a.b.csv", "x.gz"])
def test_half_written_files_are_removed_and_nothing_else(tmp_path, name):
    folder = tmp_path / "results/figures"
    with replacing(folder / name) as temporary:
        temporary.write_text("whole")
    others = [folder / name, folder / ".snakemake_timestamp", folder / f".{name}"]
    for other in others[1:]:
        other.touch()
    left = [half_written(folder / name) for _ in range(3)]
    assert set(remove_half_written(tmp_path)) == set(left)
    assert sorted(folder.iterdir()) == sorted(others)
    assert remove_half_written(tmp_path / "nowhere") == []


def test_a_run_cleans_up_and_a_look_does_not(tmp_path, orphaned_job):
    job, lock = orphaned_job(tmp_path), locked(tmp_path)
    (tmp_path / "results").mkdir()
    half = half_written(tmp_path / "results/fig1.pdf")
    run = [sys.executable, "-m", "interplay", "run"]
    for look in ("--version", "-n"):
        subprocess.run([*run, look], cwd=tmp_path, capture_output=True)
        assert is_alive(job)
        assert lock.exists()
        assert half.exists()
    # There is no Snakefile: nothing else happens.
    real = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert real.returncode != 0
    ended = f"Ended jobs that a killed Snakemake left (processes {job.pid})\n"
    assert real.stderr.startswith(ended)
    assert not is_alive(job)
    assert not lock.exists()
    assert not half.exists()


@pytest.mark.parametrize("inside", [True, False])
def test_downloads_that_other_runs_share_are_left_alone(tmp_path, inside):
    work = tmp_path / "work"
    resources = tmp_path / ("work" if inside else "shared") / "resources"
    for folder in (work / "results", resources):
        folder.mkdir(parents=True)
    (work / "config.yaml").write_text(f"pathvars: {{resources: {resources}}}\n")
    download = half_written(resources / "vectors.gz")
    half = half_written(work / "results/fig1.pdf")
    run = [sys.executable, "-m", "interplay", "run"]
    subprocess.run(run, cwd=work, capture_output=True)
    assert not half.exists()
    assert download.exists() is not inside
