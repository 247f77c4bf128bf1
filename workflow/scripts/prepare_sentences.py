"""Turn trees into labelled sentences, and read the vectors of their words."""

from interplay.sentiment.treebank import SPLITS, build_treebank, read_trees, write_split
from interplay.sentiment.vectors import read_vectors
from interplay.storage.tables import write_table
from job import script


@script
def main(input, output, params, config):
    """Read trees and vectors; write sentences, and the vectors of their words."""
    treebank = build_treebank({split: read_trees(input[split]) for split in SPLITS})
    words = {word for tokens in treebank["train"]["tokens"] for word in tokens}
    source = input.get("vectors") or config["glove"]
    vectors = read_vectors(source, words, params.dimension, params.file)

    for split in SPLITS:
        write_split(treebank[split], output[split])
    write_table(vectors, output.vectors)
