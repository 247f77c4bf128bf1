"""The oldest Snakemake that the Snakefile accepts, in an environment of its own."""

import re
import subprocess
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.deployment.tools import python_with, run_in

pytestmark = [pytest.mark.slow, pytest.mark.system]

ROOT = Path(__file__).parents[2]
SNAKEFILE = (ROOT / "Snakefile").read_text()
TINY = {"like": "flipflop", "N": 32, "epochs": 30, "g": [0.9], "seeds": [0]}


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Return the Python of an environment with the oldest Snakemake and what it needs."""
    (oldest,) = re.findall(r'min_version\("(\d+\.\d+)"\)', SNAKEFILE)
    python = python_with(tmp_path_factory.mktemp("oldest"), f"snakemake=={oldest}.0")
    said = subprocess.run([python, "-m", "snakemake", "--version"], capture_output=True)
    assert said.stdout.decode().strip() == f"{oldest}.0"
    return python


def test_the_oldest_snakemake_trains_measures_and_writes_receipts(python, copies):
    folder = copies()
    config = {"nonlinear": {"networks": {"tiny": TINY}}}
    (folder / "tiny.yaml").write_text(yaml.safe_dump(config))

    interplay = partial(run_in, folder, python, "interplay")
    target = "results/nonlinear/tiny/networks.csv"
    run = ["run", "--cores", "1", "--configfile", "tiny.yaml", "--", target]
    interplay(*run)
    assert "every file is as its receipt says" in interplay("verify", "results")
    made = (folder / target).stat().st_mtime_ns
    interplay(*run)
    assert (folder / target).stat().st_mtime_ns == made
    # The whole workflow of the paper can be planned, too.
    interplay("run", "-q", "all", "-n", "--configfile", "preview.yaml")
