"""`make test-system`: a missing tool skips a test or fails it; the image is built."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.deployment.tools import REQUIRE, missing

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("required", ["", "slurm", "slurm apptainer"])
def test_a_tool_that_is_not_required_is_skipped(monkeypatch, required):
    monkeypatch.setenv(REQUIRE, required)
    with pytest.raises(pytest.skip.Exception, match="no conda on PATH"):
        missing("conda", "no conda on PATH")


@pytest.mark.parametrize("required", ["conda", "slurm conda", "konda"])
def test_a_tool_that_is_required_or_mistyped_fails(monkeypatch, required):
    monkeypatch.setenv(REQUIRE, required)
    with pytest.raises(pytest.fail.Exception, match=REQUIRE):
        missing("conda", "no conda on PATH")


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ("preview", "interplay run --cores all --configfile preview.yaml"),
        ("preview CORES=3", "interplay run --cores 3 --configfile preview.yaml"),
        ("test-system", 'INTERPLAY_REQUIRE="" .venv/bin/python -m pytest -m system'),
        ("test-system REQUIRE=conda", 'INTERPLAY_REQUIRE="conda" .venv/bin/python'),
    ],
)
def test_make_passes_on_its_variables(arguments, command):
    make = ["make", "-n", "-o", ".venv/ready", *arguments.split()]
    ended = subprocess.run(make, cwd=ROOT, capture_output=True, text=True)
    assert command in ended.stdout


def test_make_builds_the_image_where_apptainer_is_present(tmp_path):
    (tmp_path / "apptainer").touch(mode=0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    make = ["make", "-n", "-o", ".venv/ready", "-W", "envs/interplay.def", "test-system"]
    ended = subprocess.run(
        make, cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )
    assert "apptainer build" in ended.stdout, ended.stderr
