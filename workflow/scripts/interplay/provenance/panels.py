"""The panels of a figure: which rows of which table each shows."""

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from interplay.figures.panels import Panel
from interplay.provenance.receipts import Receipt


def panels_of(receipt: Receipt) -> Mapping[str, Panel]:
    """Return the panels of a figure by letter, as its job said when it drew them.

    In receipts of format 1 jobs say nothing: the panels are those of the module as it is
    today, as far as the job read their tables and had the options that their queries name;
    none if the module has none.
    """
    if (panels := receipt.said.get("panels")) is not None:
        return {
            letter: Panel(**panel | {"columns": tuple(panel["columns"])})
            for letter, panel in panels.items()
        }
    module = import_module(f"interplay.figures.{receipt.parameters['figure']}")
    tables = {Path(path).name for path in receipt.inputs}
    options = receipt.parameters.get("options", {})
    return {
        letter: one
        for letter, one in getattr(module, "PANELS", {}).items()
        if one.table in tables and options.keys() >= set(re.findall(r"@(\w+)", one.rows))
    }
