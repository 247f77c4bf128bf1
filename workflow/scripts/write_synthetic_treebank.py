"""Write a synthetic treebank, and vectors for its words."""

from interplay.runs.streams import stream
from interplay.sentiment.synthetic import (
    format_trees,
    format_vectors,
    synthetic_trees,
    synthetic_vectors,
)
from interplay.storage.files import replacing
from job import job

with job(snakemake):
    params, output = snakemake.params, snakemake.output
    texts = {
        split: format_trees(synthetic_trees(n, stream("trees", "synthetic", split)))
        for split, n in params.trees.items()
    }
    vectors = synthetic_vectors(params.dimension, stream("vectors", "synthetic"))
    texts["vectors"] = format_vectors(vectors)
    for name, text in texts.items():
        with replacing(output[name]) as temporary:
            temporary.write_text(text)
