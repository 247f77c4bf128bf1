"""Tools that tests of the deployment need: a missing one skips a test, or fails it."""

import os

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
