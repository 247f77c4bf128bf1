"""A small synthetic treebank in the format of the real one, for previews and tests.

A seeded grammar writes sentences about films. Adjectives and verbs have a grade from -2 to
2. An adverb strengthens it; "not", "never" and "hardly" reverse it, and so does the frame
of a whole clause ("nobody says that ..."), which may contain another. A conjunction
averages two clauses, or takes the side of the second. Relative clauses and phrases of time
say nothing about the film, so a network has to remember across them. Each node has a label
from 0 to 4, as in the real treebank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
from nltk.tree import Tree

from interplay.runs.streams import stream

NAME = "synthetic treebank"

ADJECTIVES = {
    2: "brilliant superb moving hilarious dazzling gripping masterful luminous",
    1: "good charming pleasant clever warm funny fresh likable tender solid",
    0: "long French recent second quiet early short German rural black",
    -1: "dull weak clumsy bland slow stale flat thin uneven tired",
    -2: "awful unbearable insulting dreadful worthless hideous inept painful",
}
VERBS = {  # all take an s
    1: "delight shine work charm succeed sparkle amuse soar",
    0: "end begin continue open wander pause return unfold",
    -1: "fail drag disappoint stumble falter bore sink annoy",
}
NOUNS = [
    "film", "story", "comedy", "cast", "script", "music",
    "ending", "camera", "plot", "drama", "hero", "dialogue",
]  # fmt: skip
DETERMINERS = ["the", "The", "this", "its", "every"]
STRENGTHENERS = ["very", "truly", "deeply", "really"]
NEGATIONS = ["not", "never", "hardly"]
COPULAS = ["is", "seems", "feels", "remains"]
WITNESSES = ["critic", "viewer", "director", "writer", "neighbour", "audience"]
SEEN = ["saw", "watched", "filmed", "remembered", "mentioned", "rented"]
TIMES = ["last year", "in spring", "one evening", "at night", "on television"]
FRAMES = {
    1: ["critics say that", "one finds that", "it turns out that", "viewers agree that"],
    -1: [
        "nobody says that",
        "critics deny that",
        "viewers doubt that",
        "few believe that",
    ],
}
"""openings of a clause, which leave or reverse what it says"""


@dataclass(frozen=True)
class Phrase:
    """A tree whose labels are worths, before they become the five classes."""

    worth: float
    """from -2 (very negative) to 2"""
    tree: Tree


def synthetic_trees(n: int, rng: np.random.Generator) -> list[Tree]:
    """Write sentences as binary trees, each node labelled "0" to "4".

    Args:
        n: number of sentences.
        rng: chooses words and rules.
    """
    return [_Writer(rng).sentence() for _ in range(n)]


class _Writer:
    """Writes phrases by the grammar, with one random generator."""

    def __init__(self, rng: np.random.Generator):
        self._rng = rng

    def sentence(self) -> Tree:
        clause = self._framed_clause()
        while self._chance(0.3):
            clause = self._joined(clause, self._framed_clause())
        return _join(clause.worth, clause, _word(".")).tree

    def _joined(self, first: Phrase, second: Phrase) -> Phrase:
        if self._chance(0.5):
            worth, conjunction = (first.worth + second.worth) / 2, "and"
        else:
            worth, conjunction = second.worth, "but"
        return _join(worth, first, _join(second.worth, _word(conjunction), second))

    def _framed_clause(self) -> Phrase:
        clause = self._clause()
        while self._chance(0.45):
            sign = self._one_of(list(FRAMES))
            clause = _join(
                sign * clause.worth, self._neutral(self._one_of(FRAMES[sign])), clause
            )
        return clause

    def _clause(self) -> Phrase:
        subject = self._noun_phrase()
        if self._chance(0.4):
            subject = _join(subject.worth, subject, self._relative_clause())
        predicate = self._adjective_phrase() if self._chance(0.6) else self._verb_phrase()
        worth = subject.worth / 2 + predicate.worth
        return _join(worth, subject, predicate)

    def _relative_clause(self) -> Phrase:
        words = f"that the {self._one_of(WITNESSES)} {self._one_of(SEEN)}"
        if self._chance(0.5):
            words += f" {self._one_of(TIMES)}"
        return self._neutral(words)

    @staticmethod
    def _neutral(text: str) -> Phrase:
        """Return words of worth 0, joined from the left."""
        first, *others = map(_word, text.split())
        for word in others:
            first = _join(0, first, word)
        return first

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

    def _graded(self, words: Mapping[int, str]) -> tuple[str, int]:
        grade = self._one_of(list(words))
        return self._one_of(words[grade].split()), grade

    def _one_of(self, items: Sequence):
        return items[int(self._rng.integers(len(items)))]

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
    """Draw a vector for each word of the grammar, in lower case as GloVe has them.

    As in GloVe, vectors of words of one kind and grade are similar.

    Args:
        dimension: numbers of a vector.
        rng: draws them.

    Returns:
        word, vector (float32, (dimension,)).
    """
    verbs = [
        [verb + s for verb in text.split() for s in ("", "s")] for text in VERBS.values()
    ]
    times = " ".join(TIMES).split()
    # Words of a frame have no kind: each has its own centre.
    frames = dict.fromkeys(" ".join(chain(*FRAMES.values())).split())
    alone = [[word] for word in (*frames, "and", "but", "does", ".")]
    kinds = [
        *map(str.split, ADJECTIVES.values()),
        *verbs,
        *(NOUNS, DETERMINERS, STRENGTHENERS, NEGATIONS, COPULAS, WITNESSES, SEEN, times),
        *alone,
    ]
    rows = {}
    for words in kinds:
        centre = 0.5 * rng.standard_normal(dimension)
        for word in words:
            vector = centre + 0.25 * rng.standard_normal(dimension)
            rows[word] = vector.astype(np.float32)
    lower = [word for word in rows if word.islower() or word == "."]
    return pd.DataFrame({"word": lower, "vector": [rows[word] for word in lower]})


def format_vectors(vectors: pd.DataFrame) -> str:
    """Return vectors as the text of a file in GloVe's format, a line a word."""
    rows = zip(vectors["word"], vectors["vector"], strict=True)
    return "".join(
        f"{word} {' '.join(format(number, '.5g') for number in vector)}\n"
        for word, vector in rows
    )


def synthetic_files(sentences: Mapping[str, int], dimension: int) -> dict[str, str]:
    """Return the content of the files of a synthetic treebank and of its vectors.

    Args:
        sentences: number of trees, by split.
        dimension: numbers per vector.

    Returns:
        Text by split, and by "vectors".
    """
    texts = {
        split: format_trees(synthetic_trees(n, stream("trees", "synthetic", split)))
        for split, n in sentences.items()
    }
    vectors = synthetic_vectors(dimension, stream("vectors", "synthetic"))
    return {**texts, "vectors": format_vectors(vectors)}
