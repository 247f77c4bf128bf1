"""Tools that tests of the deployment need: a missing one skips a test, or fails it."""

import os
import subprocess
import sys
import sysconfig

import pytest

TOOLS = ("slurm", "conda", "apptainer", "pypi")
REQUIRE = "INTERPLAY_REQUIRE"
"""environment variable: names of tools that must not be missing"""


def missing(tool: str, what: str) -> None:
    """Skip a test whose tool is missing; fail the test if the tool is required."""
    required = os.environ.get(REQUIRE, "").split()
    if unknown := set(required) - set(TOOLS):
        pytest.fail(f"{REQUIRE}: expected some of {', '.join(TOOLS)}, found {unknown}")
    if tool in required:
        pytest.fail(f"{what}, and {REQUIRE} names {tool}")
    pytest.skip(what)


def python_with(folder, *packages):
    """Return the Python of a new environment, in a folder, with packages from PyPI.

    Everything else that jobs import is that of the environment that runs the tests, whose
    packages come after.

    Args:
        folder: of the new environment.
        packages: arguments of `pip install`.
    """
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin/python"
    installed = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *packages],
        capture_output=True,
        text=True,
    )
    if installed.returncode:
        missing("pypi", f"pip could not install {packages}: {installed.stderr[-300:]}")
    (found,) = folder.glob("lib/python*/site-packages")
    (found / "tests.pth").write_text(sysconfig.get_path("purelib"))
    return python


def run_in(folder, python, *words):
    """Run a module with a Python, in a copy of the repository; return what it said."""
    ended = subprocess.run(
        [python, "-m", *words],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": "workflow/scripts"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
