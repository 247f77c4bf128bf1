"""Running the real workflow in a folder."""

import subprocess
import sys

import yaml

SNAKEMAKE = [sys.executable, "-m", "snakemake", "--nolock"]
SMALL = "results/nonlinear/small"
"""results of `small_networks`"""


def ended(folder, *arguments):
    """Run Snakemake to its end; return its exit status and what it said."""
    done = subprocess.run(
        [*SNAKEMAKE, *arguments], cwd=folder, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def snakemake(folder, *arguments):
    """Run Snakemake to its end and return what it said; fail if it failed."""
    status, said = ended(folder, *arguments)
    assert status == 0, said
    return said


def refused(folder, *arguments):
    """Run Snakemake to its end and return what it said; fail if it succeeded."""
    status, said = ended(folder, *arguments)
    assert status != 0, said
    return said


def left_to_do(folder, *files, targets=()):
    """Return the numbers of jobs that a dry run lists, by rule."""
    said = snakemake(folder, "-n", "--configfile", *files, "--", *targets)
    lines = said.partition("Job stats:\n")[2].partition("\n\n")[0].splitlines()[2:]
    return {rule: int(count) for rule, count in map(str.split, lines) if rule != "total"}


def small_networks(folder, **changes):
    """Write a configuration of two small networks; return the option that names it."""
    entry = {"like": "flipflop", "N": 32, "epochs": 100, "g": [0.9], "seeds": [0, 1]}
    config = {"nonlinear": {"networks": {"small": entry | changes}}}
    (folder / "small.yaml").write_text(yaml.safe_dump(config))
    return "--configfile", "small.yaml"


def contents(folder):
    """Return the bytes of all rate networks' results, except records, which have times."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted((folder / "results/nonlinear").rglob("*"))
        if path.suffix in (".safetensors", ".parquet", ".csv")
    }
