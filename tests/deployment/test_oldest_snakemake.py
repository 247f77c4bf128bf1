"""The oldest Snakemake that the Snakefile accepts, in an environment of its own."""

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

from tests.deployment.tools import missing

pytestmark = [pytest.mark.slow, pytest.mark.system]

ROOT = Path(__file__).parents[2]
SNAKEFILE = (ROOT / "Snakefile").read_text()
TINY = {"like": "flipflop", "N": 32, "epochs": 30, "g": [0.9], "seeds": [0]}


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Return the Python of an environment with the oldest Snakemake.

    Snakemake and what it needs come from PyPI. Everything else that the jobs import is that
    of the environment that runs the tests, whose packages come after.
    """
    folder = tmp_path_factory.mktemp("oldest")
    (oldest,) = re.findall(r'min_version\("(\d+\.\d+)"\)', SNAKEFILE)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin/python"
    package = f"snakemake=={oldest}.0"
    installed = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", package],
        capture_output=True,
        text=True,
    )
    if installed.returncode:
        missing("pypi", f"pip could not install {package}: {installed.stderr[-300:]}")
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "tests.pth").write_text(sysconfig.get_path("purelib"))
    said = subprocess.run([python, "-m", "snakemake", "--version"], capture_output=True)
    assert said.stdout.decode().strip() == f"{oldest}.0"
    return python


def test_the_oldest_snakemake_trains_measures_and_writes_receipts(python, copies):
    folder = copies()
    config = {"nonlinear": {"networks": {"tiny": TINY}}}
    (folder / "tiny.yaml").write_text(yaml.safe_dump(config))

    def interplay(*words):
        ended = subprocess.run(
            [python, "-m", "interplay", *words],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": "workflow/scripts"},
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    target = "results/nonlinear/tiny/networks.csv"
    run = ["run", "--cores", "1", "--configfile", "tiny.yaml", "--", target]
    interplay(*run)
    assert "every file is as its receipt says" in interplay("verify", "results")
    made = (folder / target).stat().st_mtime_ns
    interplay(*run)
    assert (folder / target).stat().st_mtime_ns == made
    # The whole workflow of the paper can be planned, too.
    interplay("run", "-q", "all", "-n", "--configfile", "preview.yaml")
