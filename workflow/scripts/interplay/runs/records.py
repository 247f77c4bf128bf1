"""Run records: machine, library versions and timings of one training job."""

import hashlib
import os
import platform
import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

LIBRARIES = ("numpy", "scipy", "torch", "numba")


def fingerprint(array: np.ndarray) -> str:
    """Return the sha256 of an array's bytes, 64 hexadecimal digits.

    Weights that are drawn again from their seed are checked by it.
    """
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def describe_machine(threads: int) -> dict[str, object]:
    """Describe the machine: all that a result depends on besides code, parameters and seeds.

    Args:
        threads: number of threads that the run uses.
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
    """Return the processor's name; None where /proc/cpuinfo does not give it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    named = [line for line in lines if line.startswith("model name")]
    return named[0].split(":")[1].strip() if named else None


@dataclass(frozen=True)
class Stopwatch:
    """Wall and CPU time since the start."""

    wall: float
    cpu: float

    @classmethod
    def start(cls) -> "Stopwatch":
        """Start a stopwatch."""
        return cls(time.monotonic(), _cpu_seconds())

    def read(self) -> dict[str, float]:
        """Return the seconds of wall and CPU time since the start, of all processes."""
        return {
            "wall_seconds": time.monotonic() - self.wall,
            "cpu_seconds": _cpu_seconds() - self.cpu,
        }


def _cpu_seconds() -> float:
    """Return the CPU time of this process, and of those that it started and that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def training_record(
    about: Mapping[str, Any], code: str, threads: int, stopwatch: Stopwatch
) -> dict[str, Any]:
    """Return the record of a training on the CPU.

    Args:
        about: entries that say what was trained, such as g and seed.
        code: hash of the job's code.
        threads: number of threads that the training used.
        stopwatch: started with the training.
    """
    return {
        **about,
        "code_sha256": code,
        "machine": describe_machine(threads),
        **stopwatch.read(),
    }
