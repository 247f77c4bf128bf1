"""Count trees, sentences and words of a treebank: the table of data facts."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from datasets import Dataset
from nltk.tree import Tree


def data_facts(
    trees: Mapping[str, Sequence[Tree]],
    sentences: Mapping[str, Dataset],
    vectors: pd.DataFrame,
) -> pd.DataFrame:
    """Count trees, sentences and words of each split.

    Args:
        trees: by split.
        sentences: by split, the labelled ones among them; "train" makes the vocabulary.
        vectors: word, vector: of words of the vocabulary.

    Returns:
        A row per split: split, trees, sentences, positive (sentences), tokens,
        types (distinct tokens), types_without_vector and tokens_without_vector
        (of the vocabulary), tokens_outside_vocabulary, longest (tokens of a
        sentence).
    """
    vocabulary = {word for tokens in sentences["train"]["tokens"] for word in tokens}
    without_vector = vocabulary - set(vectors["word"])
    rows = []
    for split, some in sentences.items():
        tokens = pd.Series([word for sentence in some["tokens"] for word in sentence])
        types = set(tokens)
        row = {
            "split": split,
            "trees": len(trees[split]),
            "sentences": len(some),
            "positive": sum(some["label"]),
            "tokens": len(tokens),
            "types": len(types),
            "types_without_vector": len(types & without_vector),
            "tokens_without_vector": tokens.isin(without_vector).sum(),
            "tokens_outside_vocabulary": (~tokens.isin(vocabulary)).sum(),
            "longest": max(map(len, some["tokens"])),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def words_without_vector(
    sentences: Iterable[Sequence[str]], vectors: pd.DataFrame
) -> dict[str, int]:
    """Count the words of some sentences, and those without a vector.

    Args:
        sentences: the tokens of each.
        vectors: word, vector.

    Returns:
        types, types_without_vector, tokens, tokens_without_vector.
    """
    tokens = pd.Series([word for sentence in sentences for word in sentence])
    without = tokens[~tokens.isin(set(vectors["word"]))]
    return {
        "types": tokens.nunique(),
        "types_without_vector": without.nunique(),
        "tokens": len(tokens),
        "tokens_without_vector": len(without),
    }
