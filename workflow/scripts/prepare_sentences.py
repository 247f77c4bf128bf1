"""Turn trees into labelled sentences, and read the vectors of their words."""

from pathlib import Path

from interplay.sentiment.facts import words_without_vector
from interplay.sentiment.treebank import SPLITS, build_treebank, read_trees, write_split
from interplay.sentiment.vectors import read_vectors
from interplay.storage.files import write_json
from interplay.storage.hashes import file_hash
from interplay.storage.tables import write_table
from job import script


@script
def main(input, output, params, config):
    """Read trees and vectors; write sentences, the vectors of their words, and their file.

    Returns:
        Which file of vectors this was, and how many words it lacks, for the job's record.
    """
    treebank = build_treebank({split: read_trees(input[split]) for split in SPLITS})
    sentences = treebank["train"]["tokens"]
    words = {word for tokens in sentences for word in tokens}
    local = config.get("glove") if not input.get("vectors") else None
    source = local or input.vectors
    found = read_vectors(source, words, params.dimension, params.file)

    for split in SPLITS:
        write_split(treebank[split], output[split])
    write_table(found.vectors, output.vectors)
    # The name of a download is that of its archive, of which the hash is a parameter.
    urls = config["sentiment"]["vectors"]["urls"]
    archive = urls[0] if params.vectors_sha256 and not local else source
    file = {
        "file": Path(archive).name,
        "sha256": params.vectors_sha256 or file_hash(source),
        "source": params.source,
        "vectors": found.lines,
        "dimension": params.dimension,
    }
    write_json(file, output.file)
    return {"vectors": file | words_without_vector(sentences, found.vectors)}
