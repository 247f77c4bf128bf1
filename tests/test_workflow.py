"""The real workflow, in a copy of the repository."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NETWORK = "results/nonlinear/flipflop/g0.9/seed0"


@pytest.fixture
def copies(tmp_path):
    """Return a function that makes one more copy of the repository."""

    def copy(name):
        left = (".venv", "results", ".snakemake", ".git", ".*_cache", "__pycache__")
        return shutil.copytree(
            ROOT, tmp_path / name, ignore=shutil.ignore_patterns(*left)
        )

    return copy


def start_training(folder):
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--nolock"]
    return subprocess.Popen(
        [*command, f"{NETWORK}/network.safetensors"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.mark.slow
def test_a_killed_job_goes_on_to_the_same_network_to_the_bit(copies):
    whole, killed = copies("whole"), copies("killed")
    assert start_training(whole).wait() == 0

    process = start_training(killed)
    checkpoint = killed / NETWORK / "checkpoint.safetensors"
    while not checkpoint.exists() and process.poll() is None:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (killed / NETWORK / "network.safetensors").exists()

    assert start_training(killed).wait() == 0
    record = json.loads((killed / NETWORK / "record.json").read_text())
    assert record["resumed_at"] > 0
    for name in ("network.safetensors", "loss.parquet"):
        files = [folder / NETWORK / name for folder in (whole, killed)]
        assert files[0].read_bytes() == files[1].read_bytes()
    assert not checkpoint.exists()
