"""Named, independent random streams: one seed sequence a run, one child a purpose."""

import hashlib

import numpy as np


def stream(purpose: str, *run: str | int | float) -> np.random.Generator:
    """Return the random generator that one purpose of one run draws from.

    The same arguments always give the same stream; two that differ in any of
    them give streams that are independent of each other, in whatever order and
    in whatever process they are made.

    Args:
        purpose: what the numbers are for, such as ``"connectivity"``.
        run: what identifies the run, such as ``("nonlinear", "mante", 0.9, 3)``;
            a number counts by its value, so that 0 and 0.0 are the same run.

    Returns:
        A generator seeded by a child of the run's ``SeedSequence``.
    """
    key = "/".join(part if isinstance(part, str) else repr(float(part)) for part in run)
    root = np.random.SeedSequence(_words(key))
    return np.random.default_rng(
        np.random.SeedSequence(root.entropy, spawn_key=_words(purpose))
    )


def _words(text: str) -> tuple[int, ...]:
    digest = hashlib.sha256(text.encode()).digest()
    return tuple(int(word) for word in np.frombuffer(digest, "<u4"))
