"""Typeset the paper from its source, the figures and the tables."""

import json
from pathlib import Path

import typst

from interplay.provenance.git import Repository, repository_of
from interplay.provenance.identity import inputs_hash
from interplay.storage.errors import InputError
from interplay.storage.files import replacing
from interplay.storage.hashes import file_hash
from job import job

with job(snakemake):
    files = snakemake.input
    params, root = snakemake.params, Path(files.source).resolve().parents[1]
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
    with replacing(snakemake.output.paper) as temporary:
        try:
            typst.compile(
                files.source,
                output=str(temporary),
                root="/",
                ignore_system_fonts=True,
                sys_inputs={"files": json.dumps(values, default=str)},
            )
        except typst.TypstError as error:
            raise InputError(f"{files.source}: {error.message}") from None
