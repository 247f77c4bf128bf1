"""A small treebank by the seeded grammar, and its vocabulary."""

import pytest

from interplay.runs.streams import stream
from interplay.sentiment.synthetic import synthetic_trees, synthetic_vectors
from interplay.sentiment.treebank import build_treebank
from interplay.sentiment.vocabulary import build_language


@pytest.fixture(scope="module")
def treebank():
    sizes = {"train": 150, "dev": 60, "test": 20}
    trees = {s: synthetic_trees(n, stream("trees", "test", s)) for s, n in sizes.items()}
    return build_treebank(trees)


@pytest.fixture(scope="module")
def language(treebank):
    vectors = synthetic_vectors(12, stream("vectors", "test"))
    return build_language(treebank["train"], vectors, stream("unknown", "test"))
