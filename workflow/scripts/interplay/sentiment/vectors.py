"""Word vectors in GloVe's text format."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd

from interplay.storage.errors import InputError


def read_vectors(path: str | Path, words: set[str], dimension: int) -> pd.DataFrame:
    """Read the vectors of some words from a text file in GloVe's format.

    Args:
        path: one line per word, ``word v1 v2 …``; compressed if it ends in ``.gz``.
        words: the words to read, by exact case.
        dimension: numbers per line.

    Returns:
        word, vector (float32, (dimension,)): a row for each of `words` in the
        file, in the file's order.

    Raises:
        InputError: a line or the whole file is not as expected.
    """
    vectors: dict[str, np.ndarray] = {}
    with _open_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            word, *numbers = line.rstrip("\n").split(" ")
            if len(numbers) != dimension:
                raise InputError(
                    f"{path}, line {number}: expected a word and {dimension} numbers, "
                    f"found {len(numbers)} after {word[:40]!r}"
                )
            if word in words:
                vectors[word] = _vector(numbers, f"{path}, line {number}")
    if not vectors:
        raise InputError(f"{path}: expected vectors, found none for any word of the text")
    return pd.DataFrame({"word": vectors.keys(), "vector": vectors.values()})


@contextmanager
def _open_text(path: str | Path) -> Iterator[TextIO]:
    opener = gzip.open if Path(path).suffix == ".gz" else open
    try:
        # Only a line feed ends a line: some words of GloVe hold other separators.
        with opener(path, "rt", encoding="utf-8", newline="\n") as lines:
            yield lines
    except FileNotFoundError:
        raise InputError(f"{path}: expected word vectors, found no file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: expected a whole gzip file, found: {error}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected UTF-8 text, found {error.reason}") from None


def _vector(numbers: Sequence[str], where: str) -> np.ndarray:
    try:
        vector = np.array(numbers, dtype=np.float32)
    except ValueError as error:
        raise InputError(f"{where}: expected numbers, found {error}") from None
    if not np.isfinite(vector).all():
        raise InputError(f"{where}: expected finite numbers")
    return vector
