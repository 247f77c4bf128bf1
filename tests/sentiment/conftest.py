"""A small treebank by the seeded grammar, and its vocabulary."""

import pytest

from interplay.runs.streams import stream
from interplay.sentiment.synthetic import synthetic_vectors
from interplay.sentiment.vocabulary import build_language
from tests.sentiment.treebanks import small_treebank


@pytest.fixture(scope="module")
def treebank():
    return small_treebank(train=150, dev=60, test=20)


@pytest.fixture(scope="module")
def language(treebank):
    vectors = synthetic_vectors(12, stream("vectors", "test"))
    return build_language(treebank["train"], vectors, stream("unknown", "test"))
