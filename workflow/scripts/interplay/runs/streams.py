"""Named, independent random streams: one seed sequence per run, one child per purpose."""

import hashlib

import numpy as np


def stream(purpose: str, *run: str | int | float) -> np.random.Generator:
    """Return the random generator for one purpose of one run.

    Equal arguments give equal streams. Different arguments give independent streams, in
    whatever order and process they are created.

    Args:
        purpose: what the numbers are for, such as "connectivity".
        run: what identifies the run, such as ("nonlinear", "mante", 0.9, 3). A number
            counts by its value: 0 and 0.0 are the same run.
    """
    key = "/".join(part if isinstance(part, str) else _number(part) for part in run)
    root = np.random.SeedSequence(_words(key))
    return np.random.default_rng(
        np.random.SeedSequence(root.entropy, spawn_key=_words(purpose))
    )


def _number(value: int | float) -> str:
    # Above 2**53, several integers have the same float.
    return repr(float(value)) if float(value) == value else str(value)


def _words(text: str) -> tuple[int, ...]:
    digest = hashlib.sha256(text.encode()).digest()
    return tuple(int(word) for word in np.frombuffer(digest, "<u4"))
