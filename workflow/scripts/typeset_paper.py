"""Typeset the paper from its source, the figures and the tables."""

from pathlib import Path

from interplay.paper.typesetting import typeset
from interplay.provenance.git import Repository, repository_of
from interplay.provenance.identity import inputs_hash
from interplay.storage.hashes import file_hash
from job import script


@script
def main(input, output, params, rule):
    """Collect what the source reads, and write the paper."""
    root = Path(input.source).resolve().parents[1]
    inputs = {str(path): file_hash(path) for path in input}
    repository = repository_of(root)
    commit = repository.head if isinstance(repository, Repository) else None
    values = {
        "commit": commit.id if commit else "",
        "date": commit.day if commit else "",
        "identity": inputs_hash(rule, inputs, dict(params.items())),
        "preview": params.preview,
        "explanations": Path(input.explanations).resolve(),
        "figures": Path(input.figures[0]).parent.resolve(),
        "claims": Path(input.claims).resolve(),
        "agreement": Path(input.agreement).resolve(),
        "numbers": Path(input.numbers).resolve(),
    }
    typeset(input.source, values, output.paper)
