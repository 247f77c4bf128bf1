"""The pipeline's edges: full disks, damage, shuffled times. Nothing wrong is left."""

import os
import random
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.running import SMALL, contents, ended, small_networks

NETWORKS = f"{SMALL}/g0.9"
MEASURED = (
    "networks.csv losses.parquet convergence.csv spectrum.parquet eigenvalues.parquet "
    "norms.csv truncation.csv functional_rank.csv shuffle_loss.csv"
)

pytestmark = pytest.mark.slow


def run(folder, measured=MEASURED, **changes):
    """Train and measure two small networks; return the exit status and what was said."""
    targets = [f"{SMALL}/{name}" for name in measured.split()]
    options = small_networks(folder, **changes)
    return ended(folder, "--cores", "1", *options, "--", *targets)


def unexplained(folder):
    arguments = [sys.executable, "-m", "interplay", "verify"]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True)
    return done.stderr


@pytest.fixture(scope="module")
def once(copies):
    """Return a folder in which the run came to its end; no test changes it."""
    folder = copies()
    status, said = run(folder)
    assert status == 0, said
    return folder


@pytest.fixture
def undisturbed(once):
    return contents(once)


@pytest.fixture
def finished(once, tmp_path):
    return shutil.copytree(once, tmp_path / "interplay", symlinks=True)


@contextmanager
def small_disk(path, size):
    """Mount a small file system, which takes the right to do so; yield how to change it."""
    path.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("expected the right to mount a tmpfs, found none")

    def remount(options):
        subprocess.run(["mount", "-o", f"remount,{options}", str(path)], check=True)

    try:
        yield remount
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def test_a_full_disk_leaves_nothing_half_written(copies):
    folder, whole = copies(), copies()
    few = "losses.parquet"
    assert run(whole, few, N=128)[0] == 0
    with small_disk(folder / "results", "120k") as remount:
        status, said = run(folder, few, N=128)
        assert status != 0
        assert "No space left on device" in said
        # One network is whole and stays so; nothing of the other is left.
        written = contents(folder)
        assert written.items() <= contents(whole).items()
        assert len(list((folder / NETWORKS).glob("*/*.safetensors"))) <= 1
        remount("size=20m")
        status, said = run(folder, few, N=128)
        assert status == 0, said
        assert contents(folder) == contents(whole)


def test_a_folder_that_cannot_be_written_is_said(copies):
    folder = copies()
    with small_disk(folder / "results", "20m") as remount:
        remount("ro")
        status, said = run(folder)
        assert status != 0
        assert "Read-only file system" in said
        assert not list((folder / "results").iterdir())


def test_a_damaged_file_is_named_and_no_result_made_of_it(finished, undisturbed):
    name = "network.safetensors"
    damaged = finished / NETWORKS / "seed0" / name
    damaged.write_bytes(damaged.read_bytes()[:-9])
    assert f"seed0/{name}: altered" in unexplained(finished)
    status, said = run(finished)
    assert status != 0
    assert f"seed0/{name}: expected" in said
    assert "found damage" in said
    # Tables of before are left; none was made of the damaged file.
    left = contents(finished)
    left.pop(damaged.relative_to(finished), None)
    assert left.items() < undisturbed.items()
    damaged.unlink()
    assert run(finished)[0] == 0
    assert contents(finished) == undisturbed


def test_a_truncated_checkpoint_is_ignored(copies, undisturbed):
    folder = copies()
    checkpoint = folder / NETWORKS / "seed0" / "checkpoint.safetensors"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00{")
    assert run(folder)[0] == 0
    log = folder / "results/logs/nonlinear/small/g0.9/seed0/train.log"
    assert "starting from the beginning" in log.read_text()
    assert contents(folder) == undisturbed


def test_shuffled_times_change_no_result(finished, undisturbed):
    moments = random.Random(20)
    for path in (finished / "results").rglob("*"):
        seconds = moments.uniform(1e9, 1.7e9)
        os.utime(path, (seconds, seconds))
    assert unexplained(finished) == ""
    status, said = run(finished)
    assert status == 0, said
    assert contents(finished) == undisturbed
    assert unexplained(finished) == ""
