"""A small synthetic treebank in the format of the real one, for previews and tests.

A seeded grammar writes sentences about films. Adjectives and verbs carry a
grade from -2 to 2, adverbs strengthen it, "not" and "never" turn it over, a
conjunction averages two clauses or takes the side of the second, and some
sentences say nothing of worth. Each node is labelled from 0 to 4 by what is
below it, as the annotators of the real treebank were asked to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from nltk.tree import Tree

NAME = "synthetic treebank"

ADJECTIVES = {
    2: ["brilliant", "superb", "moving", "hilarious", "dazzling"],
    1: ["good", "charming", "pleasant", "clever", "warm"],
    0: ["long", "French", "recent", "second", "quiet"],
    -1: ["dull", "weak", "clumsy", "bland", "slow"],
    -2: ["awful", "unbearable", "insulting", "dreadful", "worthless"],
}
VERBS = {  # all take an s
    1: ["delight", "shine", "work", "charm"],
    0: ["end", "begin", "continue", "open"],
    -1: ["fail", "drag", "disappoint", "stumble"],
}
NOUNS = ["film", "story", "comedy", "cast", "script", "music", "ending", "camera"]
DETERMINERS = ["the", "The", "this", "its", "every"]
STRENGTHENERS = ["very", "truly", "deeply"]
NEGATIONS = ["not", "never"]
COPULAS = ["is", "seems", "feels"]


@dataclass(frozen=True)
class Phrase:
    """A tree whose labels are worths, before they become the five classes."""

    worth: float
    """from -2 (very negative) to 2"""
    tree: Tree


def synthetic_trees(n: int, rng: np.random.Generator) -> list[Tree]:
    """Write `n` sentences as trees, binary, each node labelled "0" to "4"."""
    return [_Writer(rng).sentence() for _ in range(n)]


class _Writer:
    """Writes phrases by the grammar, with one random generator."""

    def __init__(self, rng: np.random.Generator):
        self._rng = rng

    def sentence(self) -> Tree:
        clause = self._clause()
        if self._chance(0.25):
            clause = self._joined(clause, self._clause())
        return _join(clause.worth, clause, _word(".")).tree

    def _joined(self, first: Phrase, second: Phrase) -> Phrase:
        if self._chance(0.5):
            worth, conjunction = (first.worth + second.worth) / 2, "and"
        else:
            worth, conjunction = second.worth, "but"
        return _join(worth, first, _join(second.worth, _word(conjunction), second))

    def _clause(self) -> Phrase:
        subject = self._noun_phrase()
        predicate = self._adjective_phrase() if self._chance(0.6) else self._verb_phrase()
        worth = subject.worth / 2 + predicate.worth
        return _join(worth, subject, predicate)

    def _noun_phrase(self) -> Phrase:
        noun = _word(self._one_of(NOUNS))
        if self._chance(0.2):
            adjective = _word(*self._graded(ADJECTIVES))
            noun = _join(adjective.worth, adjective, noun)
        return _join(noun.worth, _word(self._one_of(DETERMINERS)), noun)

    def _adjective_phrase(self) -> Phrase:
        adjective = _word(*self._graded(ADJECTIVES))
        if self._chance(0.3):
            strong = _word(self._one_of(STRENGTHENERS))
            adjective = _join(1.5 * adjective.worth, strong, adjective)
        return self._negated(adjective, _word(self._one_of(COPULAS)))

    def _verb_phrase(self) -> Phrase:
        verb, worth = self._graded(VERBS)
        if self._chance(0.5):
            return _word(f"{verb}s", worth)
        return self._negated(_word(verb, worth), _word("does"))

    def _negated(self, phrase: Phrase, auxiliary: Phrase) -> Phrase:
        if self._chance(0.25):
            negation = _word(self._one_of(NEGATIONS))
            phrase = _join(-phrase.worth, negation, phrase)
        return _join(phrase.worth, auxiliary, phrase)

    def _graded(self, words: Mapping[int, Sequence[str]]) -> tuple[str, int]:
        grade = self._one_of(list(words))
        return self._one_of(words[grade]), grade

    def _one_of(self, items: Sequence):
        return items[self._rng.integers(len(items))]

    def _chance(self, probability: float) -> bool:
        return self._rng.random() < probability


def _word(word: str, worth: float = 0) -> Phrase:
    return Phrase(worth, Tree(_label(worth), [word]))


def _join(worth: float, *parts: Phrase) -> Phrase:
    worth = min(max(worth, -2), 2)
    return Phrase(worth, Tree(_label(worth), [part.tree for part in parts]))


def _label(worth: float) -> str:
    # Away from zero, so that neutral is only what weighs less than half a grade.
    grade = np.sign(worth) * np.floor(abs(worth) + 0.5)
    return str(int(min(max(grade, -2), 2)) + 2)


def format_trees(trees: Sequence[Tree]) -> str:
    """Return trees as the text of a file in PTB format, one a line."""
    return "".join(f"{tree.pformat(margin=10**9)}\n" for tree in trees)


def synthetic_vectors(dimension: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw a vector for each word of the grammar, in lower case as GloVe has it.

    Words of one kind lie near each other, and along one direction those of
    another worth apart: what GloVe's vectors are like.

    Returns:
        word, vector (float32, (dimension,)).
    """
    kinds = [
        *ADJECTIVES.values(),
        *([verb + s for verb in verbs for s in ("", "s")] for verbs in VERBS.values()),
        NOUNS,
        DETERMINERS,
        STRENGTHENERS,
        NEGATIONS,
        COPULAS,
        ["and"],
        ["but"],
        ["does"],
        ["."],
    ]
    rows = {}
    for words in kinds:
        centre = 0.5 * rng.standard_normal(dimension)
        for word in words:
            rows[word] = centre + 0.25 * rng.standard_normal(dimension)
    lower = {
        word: vector for word, vector in rows.items() if word.islower() or word == "."
    }
    return pd.DataFrame(
        {
            "word": lower.keys(),
            "vector": [vector.astype(np.float32) for vector in lower.values()],
        }
    )


def format_vectors(vectors: pd.DataFrame) -> str:
    """Return vectors as the text of a file in GloVe's format, a line a word."""
    rows = zip(vectors["word"], vectors["vector"], strict=True)
    return "".join(
        f"{word} {' '.join(format(number, '.5g') for number in vector)}\n"
        for word, vector in rows
    )
