"""Write the numbers of the archived run into the pages that show them.

    .venv/bin/python -m tests.docs.page_numbers

A number belongs to the run if a comment follows that names its label in tables/numbers.csv,
such as `0.28<!-- directions/flipflop/powers -->`. It keeps its number of decimals.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from interplay.storage.tables import read_table

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT / "paper/results/tables/numbers.csv"
PAGES = (ROOT / "docs/findings.md",)

NUMBER = re.compile(r"-?\d+(?:\.(\d+))?( %)?<!-- (\S+) -->")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a page with the values of its labels; other numbers stay as they are."""

    def value(found: re.Match[str]) -> str:
        decimals, percent, label = found.groups(default="")
        if label not in values:
            return found[0]
        number = float(values[label]) * (100 if percent else 1)
        return f"{number:.{len(decimals)}f}{percent}<!-- {label} -->"

    return NUMBER.sub(value, text)


def labels(text: str) -> Iterator[str]:
    """Yield the labels of a page."""
    for found in NUMBER.finditer(text):
        yield found[3]


def archived() -> dict[str, str]:
    """Return the values of the archived run by their labels."""
    return dict(read_table(ARCHIVE)[["label", "value"]].to_numpy())


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(filled(page.read_text(), archived()))
