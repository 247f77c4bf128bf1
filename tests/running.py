"""Running the real workflow in a folder."""

import subprocess
import sys

SNAKEMAKE = [sys.executable, "-m", "snakemake", "--nolock"]


def snakemake(folder, *arguments):
    """Run Snakemake to its end and return what it said; fail if it failed."""
    done = subprocess.run(
        [*SNAKEMAKE, *arguments], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
