"""Write the table of data facts."""

from interplay.sentiment.facts import data_facts
from interplay.sentiment.sentences import read_split
from interplay.sentiment.tree_files import SPLITS
from interplay.sentiment.trees import read_trees
from interplay.storage.files import read_json
from interplay.storage.tables import read_table, write_table
from job import script


@script
def main(input, output, params):
    """Read trees, sentences and vectors; write the facts."""
    facts = data_facts(
        {split: read_trees(input[f"{split}_trees"]) for split in SPLITS},
        {split: read_split(input[split]) for split in SPLITS},
        read_table(input.vectors),
    )
    file = read_json(input.vectors_file)
    facts = facts.assign(
        treebank=params.treebank,
        vectors_file=file["file"],
        vectors_sha256=file["sha256"],
        vectors_in_file=file["vectors"],
    )
    write_table(facts, output.facts)
