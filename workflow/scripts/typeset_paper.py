"""Typeset the paper from its source, the figures and the tables."""

import json
from pathlib import Path

import typst

from interplay.storage.errors import InputError
from interplay.storage.files import replacing
from job import job

with job(snakemake):
    files = snakemake.input
    values = {
        "preview": snakemake.params.preview,
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
