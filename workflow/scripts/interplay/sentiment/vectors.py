"""Word vectors in GloVe's text format."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from interplay.sentiment.containers import open_data
from interplay.sentiment.vector_text import check_numbers, vector_lines
from interplay.storage.errors import InputError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """A file of vectors that was read from its first to its last line."""

    vectors: pd.DataFrame
    """word, vector (float32, (dimension,)): a row for each word that was asked for and
    found, in the file's order"""
    lines: int
    """vectors in the file"""
    undecodable: int
    """vectors left out, as torchtext does, because their words are not UTF-8"""


def find_vectors(
    path: str | Path, words: set[str], dimension: int, member: str = ""
) -> Found:
    """Read a whole file of vectors, and keep the vectors of some words.

    Args:
        path: a word and its numbers per line, see `vector_text.vector_lines`; plain,
            compressed or in a zip archive, see `containers.open_data`.
        words: the words to read, by exact case. If the file has a word twice, the later
            vector counts, as in torchtext.
        dimension: numbers per line.
        member: name of the file in a zip archive.

    Raises:
        InputError: a line or the whole file is not as expected.
    """
    wanted = {word.encode(): word for word in words}
    vectors: dict[str, np.ndarray] = {}
    lines = undecodable = 0
    with open_data(path, member) as file:
        for number, word, numbers in vector_lines(file, dimension, path):
            lines += 1
            if word in wanted:
                vectors[wanted[word]] = _vector(numbers, f"{path}, line {number}")
            elif not word.isascii() and not _is_utf8(word):
                undecodable += 1
    table = pd.DataFrame({"word": vectors.keys(), "vector": vectors.values()})
    return Found(table, lines, undecodable)


def read_vectors(
    path: str | Path, words: set[str], dimension: int, member: str = ""
) -> Found:
    """Read a whole file of vectors that has at least one for some words.

    Args and raises: as `find_vectors`; there must be a vector for at least one word.
    """
    found = find_vectors(path, words, dimension, member)
    if found.vectors.empty:
        raise InputError(f"{path}: expected vectors, found none for any word of the text")
    if found.undecodable:
        logger.warning("%s: left out %d words, not UTF-8", path, found.undecodable)
    return found


def _is_utf8(word: bytes) -> bool:
    try:
        word.decode()
    except UnicodeDecodeError:
        return False
    return True


def _vector(numbers: bytes, place: str) -> np.ndarray:
    try:
        with np.errstate(over="ignore"):
            vector = np.array(numbers.decode().split(" "), dtype=np.float32)
    except ValueError:
        check_numbers(numbers, place)
        raise
    if not np.isfinite(vector).all():
        check_numbers(numbers, place)
        raise InputError(f"{place}: expected finite numbers of 32 bits")
    return vector
