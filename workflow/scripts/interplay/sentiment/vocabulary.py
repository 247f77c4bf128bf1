"""The vocabulary, by torchtext's `Field` of the generation that the paper used."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from datasets import Dataset
from torchtext import data

from interplay.sentiment.run import Run


@dataclass(frozen=True)
class Language:
    """The vocabulary of a text, in a field that turns its words into numbers."""

    text: data.Field

    @property
    def vectors(self) -> np.ndarray:
        """(word, dimension), float32, in the vocabulary's order."""
        return self.text.vocab.vectors.numpy()

    def examples(self, sentences: Dataset) -> data.Dataset:
        """Return sentences as torchtext's examples: words, (token,), int64, and label.

        Words are looked up here, once, and not in each batch.

        Args:
            sentences: tokens, label.
        """
        index = self.text.vocab.stoi
        words = (
            np.array([index[token] for token in tokens], np.int64)
            for tokens in sentences["tokens"]
        )
        fields = [("words", data.RawField()), ("label", data.RawField())]
        rows = zip(words, sentences["label"], strict=True)
        return data.Dataset([data.Example.fromlist(row, fields) for row in rows], fields)


def language_of(run: Run, sentences: Dataset, vectors: pd.DataFrame) -> Language:
    """Build the vocabulary of a run, with its own vectors for words that have none.

    Args and returns: as `build_language`.
    """
    return build_language(sentences, vectors, run.stream("words without a vector"))


def build_language(
    sentences: Dataset, vectors: pd.DataFrame, rng: np.random.Generator
) -> Language:
    """Build the vocabulary of the training sentences, with a vector for each word.

    Args:
        sentences: the training set; its tokens are the vocabulary.
        vectors: word, vector, see `vectors.read_vectors`.
        rng: draws a standard normal vector for each word that has none. The
            vectors of ``<unk>`` and ``<pad>`` are zero.
    """
    text = data.Field()
    tokens = ([tokens] for tokens in sentences["tokens"])
    fields = [("text", text)]
    examples = [data.Example.fromlist(row, fields) for row in tokens]
    text.build_vocab(data.Dataset(examples, fields))

    rows = {word: row for row, word in enumerate(vectors["word"])}
    table = torch.from_numpy(np.stack(vectors["vector"].to_numpy()).astype(np.float32))
    dimension = table.shape[1]

    def draw(_: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(rng.standard_normal(dimension, dtype=np.float32))

    text.vocab.set_vectors(rows, table, dimension, unk_init=draw)
    # set_vectors draws a vector for these two as well.
    for special in (text.unk_token, text.pad_token):
        text.vocab.vectors[text.vocab.stoi[special]] = 0
    return Language(text)
