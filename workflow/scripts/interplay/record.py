"""The record of a run: where, with what and for how long it was computed."""

import hashlib
import os
import platform
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

LIBRARIES = ("numpy", "scipy", "torch", "numba")


def fingerprint(array: np.ndarray) -> str:
    """Return the sha256 of an array's bytes, by which weights drawn anew are checked."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def require_determinism() -> None:
    """Have torch refuse what it cannot repeat to the bit.

    As `torch.use_deterministic_algorithms` does, less its import of torch's compiler,
    1.4 s of each job.
    """
    torch.set_deterministic_debug_mode("error")


def granted_device(gpus: int) -> str:
    """Return "cuda" if the scheduler gave the job a GPU and torch can use it, else "cpu"."""
    return "cuda" if gpus and torch.cuda.is_available() else "cpu"


def describe_machine(device: str) -> dict[str, object]:
    """Return what a result may depend on besides code, parameters and seeds.

    Args:
        device: "cpu" or "cuda", where the run is computed.
    """
    gpu = None
    if device == "cuda":
        gpu = {
            "name": torch.cuda.get_device_name(),
            "cuda": torch.version.cuda,
            "capability": list(torch.cuda.get_device_capability()),
        }
    return {
        "device": device,
        "gpu": gpu,
        "machine": platform.machine(),
        "processor": processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
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
