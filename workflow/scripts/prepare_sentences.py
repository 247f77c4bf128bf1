"""Turn trees into labelled sentences, and read the vectors of their words."""

from pathlib import Path

from interplay.sentiment.facts import words_without_vector
from interplay.sentiment.sentences import write_split
from interplay.sentiment.tree_files import SPLITS
from interplay.sentiment.treebank import build_treebank
from interplay.sentiment.trees import read_trees
from interplay.sentiment.vectors import read_vectors
from interplay.storage.files import write_json
from interplay.storage.hashes import file_hash
from interplay.storage.tables import write_table
from job import script


def _origin(path, sha256, config):
    """Return name, hash and source of the file of vectors.

    Args:
        path: of the file, if another job made it.
        sha256: of the local copy or the downloaded archive; empty for synthetic vectors.
        config: names the local copy, or the addresses of the archive.
    """
    if not path:
        name, source = Path(config["glove"]).name, "a local copy"
    elif sha256:
        name, source = Path(config["sentiment"]["vectors"]["urls"][0]).name, "downloaded"
    else:
        name, source = Path(path).name, "made by a seeded grammar"
    return {"file": name, "sha256": sha256 or file_hash(path), "source": source}


@script
def main(input, output, params, config):
    """Read trees and vectors; write sentences, the vectors of their words, and their file.

    Returns:
        Which file of vectors this was, and how many words it lacks, for the job's record.
    """
    treebank = build_treebank({split: read_trees(input[split]) for split in SPLITS})
    sentences = treebank["train"]["tokens"]
    words = {word for tokens in sentences for word in tokens}
    # An input, or else a local copy: its hash is a parameter, its place and name are not.
    source = input.get("vectors") or config["glove"]
    found = read_vectors(source, words, params.dimension, params.file)

    for split in SPLITS:
        write_split(treebank[split], output[split])
    write_table(found.vectors, output.vectors)
    file = {
        **_origin(input.get("vectors"), params.vectors_sha256, config),
        "vectors": found.lines,
        "dimension": params.dimension,
    }
    write_json(file, output.file)
    return {"vectors": file | words_without_vector(sentences, found.vectors)}
