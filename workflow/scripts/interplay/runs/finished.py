"""Checkpoints of networks whose training has ended. The rules need no NumPy for this."""

from pathlib import Path

CHECKPOINT = "checkpoint.safetensors"
"""name of a checkpoint, next to the weights of a network"""


def remove_finished(folder: Path) -> None:
    """Delete the checkpoints of networks whose training has ended.

    Args:
        folder: with networks in it, at any depth. No training may be running there.
    """
    for checkpoint in folder.rglob(CHECKPOINT):
        if checkpoint.with_name("network.safetensors").exists():
            checkpoint.unlink()
