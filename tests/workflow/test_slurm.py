"""What Slurm is asked for, and what is said of its jobs: with commands in Slurm's place."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from interplay.left_behind import refuse_slurm_jobs
from interplay.storage.errors import InputError
from tests.running import small_networks

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"

SBATCH = r"""#!/bin/sh
printf '%s\n' "$*" >> requests
echo "sbatch: error: Batch job submission failed: no such $REFUSED" >&2
case "$*" in *$REFUSED*) exit 1;; esac
"""

MODULE = """
module interplay:
    snakefile: "interplay/Snakefile"
    config: config

use rule * from interplay as interplay_*
"""


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """Return a function that puts a command before all others."""
    monkeypatch.setenv("PATH", f"{tmp_path}/bin", prepend=os.pathsep)
    (tmp_path / "bin").mkdir()

    def add(name, text):
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)

    add("squeue", "#!/bin/sh\n")
    add("sacct", "#!/bin/sh\n")
    add("sacctmgr", "#!/bin/sh\necho ACCOUNT\n")
    add("sinfo", "#!/bin/sh\necho 'main*'\n")
    add("scontrol", "#!/bin/sh\n")
    add("sbatch", SBATCH)
    return add


def refusal(folder, *arguments):
    """Run on Slurm until it refuses; return the line that says so, and what it was asked."""
    done = subprocess.run(
        [sys.executable, "-m", "interplay", "run", "--profile", "slurm", *arguments],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    said = done.stderr.splitlines()
    (line,) = [each for each in said if each.startswith("Slurm refuses")]
    assert "Traceback" not in done.stderr
    return line, (folder / "requests").read_text().splitlines()


@pytest.mark.slow
def test_requests_are_tested_in_slurms_own_words(copies, commands, monkeypatch):
    folder = copies()
    monkeypatch.setenv("REFUSED", "--mem")
    options = small_networks(folder, epochs=10**6, seeds=list(range(9)))
    line, requests = refusal(folder, *options, "overview")
    sentence = r"Batch job submission failed: no such --mem"
    (minutes,) = re.fullmatch(
        rf"Slurm refuses train_network: {sentence} \(sbatch .* -t (\d+) --mem 1500 .*\)", line
    ).groups()
    print(line, requests, minutes)
    assert 0
