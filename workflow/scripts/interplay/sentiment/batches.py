"""Batches of sentences of similar length, by torchtext's `BucketIterator`."""

from collections.abc import Iterator, Sequence

import numpy as np
from torchtext import data
from torchtext.data.utils import RandomShuffler

from interplay.sentiment.model import PADDING, Batch


def shuffled_batches(
    examples: data.Dataset, size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    """Yield every example once, in random batches of similar length.

    Args:
        examples: with fields words and label.
        size: sentences per batch.
        rng: draws the order.
    """
    iterator = data.BucketIterator(
        examples, size, sort_key=_length, sort_within_batch=True
    )
    iterator.random_shuffler = _Shuffler(rng)
    return map(_batch, iterator)


def sorted_batches(examples: data.Dataset, size: int) -> list[Batch]:
    """Return every example once, in batches by length, the same each time.

    Args:
        examples: with fields words and label.
        size: sentences per batch.
    """
    iterator = data.BucketIterator(
        examples, size, sort_key=_length, train=False, sort_within_batch=True
    )
    return [_batch(batch) for batch in iterator]


class _Shuffler(RandomShuffler):
    """Shuffles by its own random stream, where torchtext's uses Python's global one."""

    def __init__(self, rng: np.random.Generator):
        super().__init__()
        self._rng = rng

    def __call__(self, items: Sequence) -> list:
        return [items[i] for i in self._rng.permutation(len(items))]


def _length(example: data.Example) -> int:
    return len(example.words)


def _batch(batch: data.Batch) -> Batch:
    lengths = np.array([len(words) for words in batch.words])
    words = np.full((lengths.max(), len(lengths)), PADDING)
    for sentence, found in enumerate(batch.words):
        words[: len(found), sentence] = found
    return Batch(words, lengths, np.array(batch.label, np.float32))
