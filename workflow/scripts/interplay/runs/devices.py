"""Devices: choose CPU or GPU for torch, require determinism, describe the choice."""

import torch


def require_determinism() -> None:
    """Make torch raise an error where it cannot repeat a result to the bit.

    `torch.use_deterministic_algorithms` does the same, but imports torch's compiler, which
    adds 1.4 s to each job.
    """
    torch.set_deterministic_debug_mode("error")


def granted_device(gpus: int) -> str:
    """Return "cuda" if the scheduler granted a GPU and torch can use it, else "cpu"."""
    return "cuda" if gpus and torch.cuda.is_available() else "cpu"


def describe_device(device: str) -> dict[str, object]:
    """Return what a result of torch may depend on, besides `records.describe_machine`.

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
