"""The panels of a figure: which rows of which table each shows."""

from collections.abc import Mapping

from interplay.figures.panels import Panel
from interplay.provenance.receipts import Receipt


def panels_of(receipt: Receipt) -> Mapping[str, Panel]:
    """Return the panels of a figure by letter, as its job said when it drew them."""
    return {
        letter: Panel(**panel | {"columns": tuple(panel["columns"])})
        for letter, panel in receipt.said["panels"].items()
    }
