"""Turn trees into labelled sentences, and read the vectors of their words."""

from interplay.sentiment.treebank import SPLITS, build_treebank, read_trees, write_split
from interplay.sentiment.vectors import read_vectors
from interplay.storage.tables import write_table
from job import job

with job(snakemake):
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    trees = {split: read_trees(files[split]) for split in SPLITS}
    treebank = build_treebank(trees)
    words = {word for tokens in treebank["train"]["tokens"] for word in tokens}
    source = files.get("vectors") or snakemake.config["glove"]
    vectors = read_vectors(source, words, params.dimension, params.file)

    for split in SPLITS:
        write_split(treebank[split], output[split])
    write_table(vectors, output.vectors)
