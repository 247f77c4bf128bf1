"""The compiled building blocks: tanh, denormals, and a cache that notices their changes."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from interplay.kernels.tanh import rational_tanh

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


def test_rational_tanh_is_accurate_to_rounding():
    x = np.linspace(-12, 12, 400_001, dtype=np.float32)
    exact = np.tanh(x.astype(np.float64))
    found = numba.vectorize(["float32(float32)"])(rational_tanh.py_func)(x)
    assert np.all(np.abs(found - exact) <= 3 * 2**-23 * np.abs(exact))
    assert np.abs(found).max() <= 1


def test_denormals_are_flushed():
    program = """
import numpy as np
from interplay.kernels.denormals import denormals_flushed, flush_denormals
with denormals_flushed():
    assert np.float32(1e-38) * np.float32(0.1) == 0
assert np.float32(1e-38) * np.float32(0.1) != 0
flush_denormals()
assert np.float32(1e-38) * np.float32(0.1) == 0
"""
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("only an x86 is told to")
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


@pytest.mark.slow
def test_a_changed_kernel_recompiles_the_loops_that_contain_it(tmp_path):
    """Numba's own cache does not look at the functions compiled into another one."""
    package = tmp_path / "interplay"
    for name in ("kernels", "nonlinear", "tasks", "runs", "storage"):
        shutil.copytree(
            SCRIPTS / "interplay" / name,
            package / name,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    (package / "__init__.py").write_text("")
    program = """
import numpy as np
from interplay.nonlinear.engine import Engine
from interplay.nonlinear.network import Network
one = Network(*(np.ones((1, 1), np.float32) for _ in "WBC"))
print(Engine(one, 1, 1, 0.5).simulate(one, np.ones((1, 1, 1), np.float32)).item())
"""

    def output():
        environment = os.environ | {"PYTHONPATH": str(tmp_path)}
        ended = subprocess.run(
            [sys.executable, "-c", program],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return float(ended.stdout)

    assert output() == pytest.approx(np.tanh(0.5), rel=1e-6)
    tanh = package / "kernels" / "tanh.py"
    tanh.write_text(tanh.read_text().replace("x * p / q", "float32(0.25)"))
    assert output() == 0.25
