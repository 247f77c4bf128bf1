"""Small treebanks by the seeded grammar."""

from interplay.runs.streams import stream
from interplay.sentiment.synthetic import synthetic_trees
from interplay.sentiment.treebank import build_treebank


def small_treebank(**sizes):
    """Return a treebank with so many trees in each split, the same at each call."""
    trees = {s: synthetic_trees(n, stream("trees", "test", s)) for s, n in sizes.items()}
    return build_treebank(trees)
