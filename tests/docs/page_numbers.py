"""Write the numbers of the archived run into the pages that show them.

    .venv/bin/python -m tests.docs.page_numbers

A number belongs to the run if a comment follows that names its label in tables/numbers.csv,
such as `0.28<!-- directions/flipflop/powers -->`. It keeps its number of decimals.
The label `costs/cpu_hours` is the time of all jobs of the run. A row of counted verdicts
belongs to the run, too: it begins with a section, and has numbers alone.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from interplay.configuration.files import read_yaml
from interplay.storage.tables import read_table

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "paper/results/tables"
ARCHIVE = TABLES / "numbers.csv"
PAGES = (ROOT / "docs/findings.md", ROOT / "README.md")

SECTIONS = {
    "Section 2, Figs 1, 2: rate networks": "Section 2|Sections 2|Fig. 1",
    "Section 3, Figs 3, 4: linear theory": "Section 3|Sections 3|Section 1, Eq",
    "Section 4, Fig. 5: LSTM, dimension": "Section 4|Fig. 5",
    "Section 5: discussion": "Section 5",
    "all": "",
}
"""rows of the README's table, and how the place of a claim begins"""
PROVENANCE = "apart: how the figures were made"
CPU_HOURS = "costs/cpu_hours"

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


def verdict_counts(claims: pd.DataFrame, provenance: pd.Series) -> dict[str, list[int]]:
    """Return how many claims hold, hold partly, fail, and are not tested, by section.

    Args:
        claims: the table claims.csv.
        provenance: bool, one per row: the claim is about how the figures were made.

    Returns:
        Four numbers for each reading, in the order of the README's columns.
    """
    names = ("holds", "holds partly", "fails", "not tested")
    results = claims[~provenance]
    groups = {
        section: results[results["where"].str.match(begins)]
        for section, begins in SECTIONS.items()
    }
    groups[PROVENANCE] = claims[provenance]
    return {
        section: [
            int((rows[rows.reading == reading].verdict == name).sum())
            for reading in ("identified", "stated")
            for name in names
        ]
        for section, rows in groups.items()
    }


def counted(text: str, counts: Mapping[str, list[int]]) -> str:
    """Return a page with these counts in the rows of its tables that begin so."""
    for section, numbers in counts.items():
        row = rf"\| {re.escape(section)} \|( \d+ \|){{{len(numbers)}}}"
        text = re.sub(row, row_of(section, numbers), text)
    return text


def row_of(section: str, numbers: list[int]) -> str:
    """Return a row of the table of verdicts."""
    return "| " + " | ".join(map(str, [section, *numbers])) + " |"


def archived_counts() -> dict[str, list[int]]:
    """Return the verdicts of the archived run, counted."""
    claims = read_table(TABLES / "claims.csv")
    stated = read_yaml(ROOT / "paper/claims.yaml")["claims"]
    of_provenance = [one["id"] for one in stated if "about" in one]
    return verdict_counts(claims, claims.id.isin(of_provenance))


def archived() -> dict[str, str]:
    """Return the values of the archived run by their labels."""
    costs = read_table(ROOT / "paper/results/costs.csv")
    seconds = costs[costs.stage != "workflow"].cpu_seconds.sum()
    numbers = dict(read_table(ARCHIVE)[["label", "value"]].to_numpy())
    return numbers | {CPU_HOURS: str(seconds / 3600)}


def renewed(text: str) -> str:
    """Return a page with the numbers of the archived run."""
    return counted(filled(text, archived()), archived_counts())


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(renewed(page.read_text()))
