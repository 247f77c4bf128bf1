"""The record of a run: where, with what and for how long it was computed."""

import hashlib
import os
import platform
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

LIBRARIES = ("numpy", "scipy", "torch", "numba")


def fingerprint(array: np.ndarray) -> str:
    """Return the sha256 of an array's bytes, by which weights drawn anew are checked."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def describe_machine(threads: int) -> dict[str, object]:
    """Return what a result may depend on besides code, parameters and seeds, on a CPU.

    Args:
        threads: by how many the run is computed.
    """
    return {
        "device": "cpu",
        "gpu": None,
        "machine": platform.machine(),
        "processor": processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "threads": threads,
        "slurm_job": os.environ.get("SLURM_JOB_ID"),
    }


def processor() -> str | None:
    """Return the processor's name, where Linux tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    named = [line for line in lines if line.startswith("model name")]
    return named[0].split(":")[1].strip() if named else None


@dataclass(frozen=True)
class Stopwatch:
    """Wall and CPU time since it was started."""

    wall: float
    cpu: float

    @classmethod
    def start(cls) -> "Stopwatch":
        """Start now."""
        return cls(time.monotonic(), time.process_time())

    def read(self) -> dict[str, float]:
        """Return the seconds since the start, of wall clock and of this process's CPU."""
        return {
            "wall_seconds": time.monotonic() - self.wall,
            "cpu_seconds": time.process_time() - self.cpu,
        }
