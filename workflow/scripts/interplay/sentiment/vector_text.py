"""Text files of word vectors: a word and its numbers per line, as GloVe has them.

This module needs only the standard library, because the Snakefile imports it.
"""

import logging
import math
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from interplay.sentiment.containers import HEADER, kind, open_data
from interplay.storage.errors import InputError

logger = logging.getLogger(__name__)

BOM = b"\xef\xbb\xbf"


def vector_lines(
    lines: Iterable[bytes], dimension: int, place: str | Path
) -> Iterator[tuple[int, bytes, bytes]]:
    r"""Yield the lines that hold a vector, each cut in two at its first space.

    Only a line feed ends a line, and only spaces (ASCII 32) separate, because words may
    hold other separators; whitespace at the end of a line is dropped. A byte order mark,
    word2vec's header (`400000 100`; for a dimension above 1) and empty lines at the end
    are skipped. torchtext and gensim split and strip lines in the same way.

    Args:
        lines: of the file, with their ends.
        dimension: numbers per line.
        place: the file, for error messages.

    Yields:
        Line number from 1 on; word; numbers, separated by spaces. Neither is decoded, and
        the numbers are only counted.

    Raises:
        InputError: naming the line, if one has another number of fields; if there is no
            vector.
    """
    count = announced = empty = 0
    head = b""
    for number, line in enumerate(lines, start=1):
        line = line.rstrip()
        if number == 1:
            line = line.removeprefix(BOM)
            if announced := _announced(line, dimension, place):
                head = line + b"\n"
                continue
        fits = line.count(b" ") == dimension and not empty
        # UTF-16 has as many spaces as UTF-8.
        if fits and (count or b"\0" not in line):
            word, _, numbers = line.partition(b" ")
            count += 1
            yield number, word, numbers
        elif not line:
            empty = empty or number
        elif not count and (form := kind(head + line)) != "text":
            raise InputError(
                f"{place}: expected a word and {dimension} numbers per line of text, "
                f"found {form}"
            )
        else:
            raise InputError(
                f"{place}, line {empty or number}: expected a word and {dimension} "
                f"numbers, found {'an empty line' if empty else _fields(line)}"
            )
    if not count:
        raise InputError(f"{place}: expected word vectors, found none")
    if count < announced:
        # A part of a file may have the header of the whole.
        logger.warning("%s: line 1 announces %d words, found %d", place, announced, count)


def _announced(line: bytes, dimension: int, place: str | Path) -> int:
    """Return the number of words in word2vec's header; 0 if the line is no header."""
    if dimension == 1 or not re.fullmatch(HEADER, line + b"\n"):
        return 0
    words, numbers = map(int, line.split())
    if numbers != dimension:
        raise InputError(
            f"{place}, line 1: expected {dimension} numbers per word, found {numbers} in "
            f"the header"
        )
    return words


def _fields(line: bytes) -> str:
    if b"\t" in line:
        return "tabs instead of spaces"
    word, *numbers = line.split(b" ")
    return f"{len(numbers)} after {word.decode(errors='replace')[:40]!r}"


def check_first_lines(path: str | Path, file: str, dimension: int) -> None:
    """Read the first ten vectors of a file, of whatever size.

    Args:
        path: plain, compressed or a zip archive, see `open_data`.
        file: its name in a zip archive.
        dimension: numbers per line.

    Raises:
        InputError: in one line, if the file is not one of vectors of this dimension.
    """
    with open_data(path, file) as lines:
        for number, _, numbers in islice(vector_lines(lines, dimension, path), 10):
            check_numbers(numbers, f"{path}, line {number}")


def check_numbers(numbers: bytes, place: str) -> None:
    """Raise `InputError` at the first of a line's numbers that is no finite number."""
    for text in numbers.decode(errors="replace").split(" "):
        try:
            finite = math.isfinite(float(text))
        except ValueError:
            raise InputError(f"{place}: expected numbers, found {text[:40]!r}") from None
        if not finite:
            raise InputError(f"{place}: expected finite numbers, found {text}")
