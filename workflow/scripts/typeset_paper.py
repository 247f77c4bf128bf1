"""Typeset the paper from its source, the figures and the tables."""

from pathlib import Path

from interplay.paper.typesetting import typeset
from interplay.provenance.git import Repository, repository_of
from interplay.provenance.identity import inputs_hash
from interplay.storage.hashes import file_hash
from job import job


def main(snakemake):
    """Collect what the source reads, and write the paper."""
    files, params = snakemake.input, snakemake.params
    root = Path(files.source).resolve().parents[1]
    inputs = {str(path): file_hash(path) for path in files}
    repository = repository_of(root)
    commit = repository.head if isinstance(repository, Repository) else None
    values = {
        "commit": commit.id if commit else "",
        "date": commit.day if commit else "",
        "identity": inputs_hash(snakemake.rule, inputs, dict(params.items())),
        "preview": params.preview,
        "explanations": Path(files.explanations).resolve(),
        "figures": Path(files.figures[0]).parent.resolve(),
        "claims": Path(files.claims).resolve(),
        "numbers": Path(files.numbers).resolve(),
    }
    typeset(files.source, values, snakemake.output.paper)


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
