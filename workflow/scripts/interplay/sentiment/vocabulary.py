"""The vocabulary, by torchtext's `Field` of the generation that the paper used."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from datasets import Dataset
from torchtext import data


@dataclass(frozen=True)
class Language:
    """Fields that turn text and label into numbers, and the vocabulary of the text."""

    text: data.Field
    label: data.LabelField

    @property
    def vectors(self) -> np.ndarray:
        """(word, dimension), float32, in the vocabulary's order."""
        return self.text.vocab.vectors.numpy()

    def examples(self, sentences: Dataset) -> data.Dataset:
        """Return sentences (tokens, label) as torchtext's examples."""
        return _examples(sentences, self.text, self.label)


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
