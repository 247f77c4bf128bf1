"""Draw a figure from its tables, in the formats that its rule names."""

from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import matplotlib as mpl

from interplay.figures.style import RC, save
from interplay.provenance.identity import inputs_hash, short_id
from interplay.storage.hashes import file_hash
from interplay.storage.tables import read_table
from job import script

PREVIEW = "preview: not the full reproduction"
"""written above a figure"""


@script
def main(input, output, params, rule):
    """Read the tables, draw the figure, write it with its identity.

    Returns:
        What each panel shows, for the job's record.
    """
    module = import_module(f"interplay.figures.{params.figure}")
    tables = {name: read_table(path) for name, path in input.items()}
    with mpl.rc_context(RC):
        figure = module.draw(**tables, **params.options)
    inputs = {str(path): file_hash(path) for path in input}
    identity = inputs_hash(rule, inputs, dict(params.items()))
    stem = Path(output[0]).with_suffix("")
    mark = PREVIEW if params.preview else ""
    formats = [Path(path).suffix.removeprefix(".") for path in output]
    save(figure, stem, short_id(stem.name, identity), identity, mark, formats)
    panels = {letter: asdict(panel) for letter, panel in module.PANELS.items()}
    return {"panels": panels}
