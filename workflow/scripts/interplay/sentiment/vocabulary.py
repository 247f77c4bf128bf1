"""Words and their vectors, and the batches that the network is shown.

Fields, vocabulary and length-bucketed batches are torchtext's, of the generation
that the paper used.
"""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd
import torch
from datasets import Dataset
from torchtext import data
from torchtext.data.utils import RandomShuffler

from interplay.storage.errors import InputError


def read_vectors(path: str | Path, words: set[str], dimension: int) -> pd.DataFrame:
    """Read the vectors of some words from a text file in GloVe's format.

    Args:
        path: a line a word, ``word v1 v2 …``; plain, or compressed if it ends in ``.gz``.
        words: which ones to keep, by exact case.
        dimension: numbers a line.

    Returns:
        word, vector (float32, (dimension,)): a row for each of `words` in the
        file, in the file's order.

    Raises:
        InputError: naming the file, and the line if it is one line's fault.
    """
    found: dict[str, np.ndarray] = {}
    with _open_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            word, *numbers = line.rstrip("\n").split(" ")
            if len(numbers) != dimension:
                raise InputError(
                    f"{path}, line {number}: expected a word and {dimension} numbers, "
                    f"found {len(numbers)} after {word[:40]!r}"
                )
            if word in words:
                found[word] = _vector(numbers, f"{path}, line {number}")
    if not found:
        raise InputError(f"{path}: expected vectors, found none for any word of the text")
    return pd.DataFrame({"word": found.keys(), "vector": found.values()})


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


@dataclass(frozen=True)
class Language:
    """How text and label become tensors, once the vocabulary is built."""

    text: data.Field
    label: data.LabelField

    @property
    def vectors(self) -> torch.Tensor:
        """(word, dimension), float32, in the vocabulary's order."""
        return self.text.vocab.vectors

    def examples(self, sentences: Dataset) -> data.Dataset:
        """Return sentences (tokens, label) as torchtext's examples."""
        return _examples(sentences, self.text, self.label)


def build_language(
    sentences: Dataset, vectors: pd.DataFrame, rng: np.random.Generator
) -> Language:
    """Build the vocabulary of the training sentences, each word with its vector.

    Args:
        sentences: the training set; its tokens are the vocabulary.
        vectors: word, vector, see `read_vectors`.
        rng: draws a standard normal vector for each word that has none. The
            vectors of ``<unk>`` and ``<pad>`` are zero.
    """
    text = data.Field(include_lengths=True)
    label = data.LabelField(use_vocab=False, dtype=torch.float32)
    text.build_vocab(_examples(sentences, text, label))

    rows = {word: row for row, word in enumerate(vectors["word"])}
    table = torch.from_numpy(np.stack(vectors["vector"].to_numpy()).astype(np.float32))
    dimension = table.shape[1]

    def draw(_: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(rng.standard_normal(dimension, dtype=np.float32))

    text.vocab.set_vectors(rows, table, dimension, unk_init=draw)
    for special in (text.unk_token, text.pad_token):
        text.vocab.vectors[text.vocab.stoi[special]] = 0
    return Language(text, label)


def _examples(
    sentences: Dataset, text: data.Field, label: data.LabelField
) -> data.Dataset:
    fields = [("text", text), ("label", label)]
    columns = zip(sentences["tokens"], sentences["label"], strict=True)
    return data.Dataset([data.Example.fromlist(row, fields) for row in columns], fields)


@dataclass(frozen=True)
class Batch:
    """Sentences as the network reads them, longest first."""

    words: torch.Tensor
    """(step, sentence), int64, indices of the vocabulary, padded at the end"""
    lengths: torch.Tensor
    """(sentence,), int64"""
    labels: torch.Tensor
    """(sentence,), float32, 0 or 1"""

    def parts(self, n: int) -> list["Batch"]:
        """Deal the sentences out to `n` batches that cost about the same."""
        dealt = [slice(k, None, n) for k in range(min(n, len(self.lengths)))]
        return [
            Batch(
                self.words[: int(self.lengths[some][0]), some],
                self.lengths[some],
                self.labels[some],
            )
            for some in dealt
        ]


def shuffled_batches(
    examples: data.Dataset, size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    """Yield every example once, in random batches of similar length.

    Args:
        examples: with fields text and label.
        size: sentences a batch.
        rng: draws the order.
    """
    iterator = data.BucketIterator(
        examples, size, sort_key=_length, sort_within_batch=True
    )
    iterator.random_shuffler = _Shuffler(rng)
    return map(_batch, iterator)


def sorted_batches(examples: data.Dataset, size: int) -> list[Batch]:
    """Return every example once, in batches by length, the same each time."""
    iterator = data.BucketIterator(
        examples, size, sort_key=_length, train=False, sort_within_batch=True
    )
    return [_batch(batch) for batch in iterator]


class _Shuffler(RandomShuffler):
    """Shuffles by a stream of its own, where torchtext's borrows Python's global one."""

    def __init__(self, rng: np.random.Generator):
        super().__init__()
        self._rng = rng

    def __call__(self, items: Sequence) -> list:
        return [items[i] for i in self._rng.permutation(len(items))]


def _length(example: data.Example) -> int:
    return len(example.text)


def _batch(batch: data.Batch) -> Batch:
    words, lengths = batch.text
    return Batch(words, lengths, batch.label)
