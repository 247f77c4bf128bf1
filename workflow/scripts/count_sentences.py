"""Write the table of data facts."""

from interplay.sentiment.facts import data_facts
from interplay.sentiment.treebank import SPLITS, read_split, read_trees
from interplay.storage.tables import read_table, write_table
from job import job


def main(snakemake):
    """Read trees, sentences and vectors; write the facts."""
    params, files = snakemake.params, snakemake.input
    facts = data_facts(
        {split: read_trees(files[f"{split}_trees"]) for split in SPLITS},
        {split: read_split(files[split]) for split in SPLITS},
        read_table(files.vectors),
    )
    write_table(facts.assign(treebank=params.treebank), snakemake.output.facts)


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
