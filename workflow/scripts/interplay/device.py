"""The device on which torch computes: which one, how exactly, and the record of it."""

import torch


def require_determinism() -> None:
    """Have torch refuse what it cannot repeat to the bit.

    As `torch.use_deterministic_algorithms` does, less its import of torch's compiler,
    1.4 s of each job.
    """
    torch.set_deterministic_debug_mode("error")


def granted_device(gpus: int) -> str:
    """Return "cuda" if the scheduler gave the job a GPU and torch can use it, else "cpu"."""
    return "cuda" if gpus and torch.cuda.is_available() else "cpu"


def describe_device(device: str) -> dict[str, object]:
    """Return what a result of torch depends on besides `record.describe_machine`.

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
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
    }
