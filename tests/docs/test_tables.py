"""docs/tables.md against the tables that the workflow writes."""

import re
from pathlib import Path

import pytest

from interplay.storage.tables import read_table

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/tables.md").read_text()
FILES, OF_EXPERIMENT, MEANINGS = re.split(
    r"^Tables of one experiment.*$|^## Which network$", PAGE, flags=re.M
)
ELSEWHERE = {
    "sentiment_distance.csv",
    "sentiment_singular_values.csv",
    "field.csv",
}
"""tables that no run of the paper on the synthetic treebank has"""


def rows(text):
    """Return the cells of each row of a page's tables, without the headers."""
    lines = re.findall(r"^\| (.*) \|$", text, re.M)
    cells = [line.split(" | ") for line in lines]
    return [row for row in cells if row[0].startswith("`")]


def named(text):
    """Return the names in a cell, with `s1` … `s5` written out."""
    names = re.findall(r"`(\w+)`", text)
    if "…" in text and len(names) == 2:
        stem, first, last = names[0][:-1], int(names[0][-1]), int(names[1][-1])
        return [f"{stem}{number}" for number in range(first, last + 1)]
    return names


def tables(text):
    """Return the columns of each file of a page."""
    return {file.strip("`"): named(columns) for file, _, columns in rows(text)}


def test_every_column_of_every_table_has_one_meaning():
    listed = {
        name
        for text in (FILES, OF_EXPERIMENT)
        for c in tables(text).values()
        for name in c
    }
    explained = [name for column, _, _ in rows(MEANINGS) for name in named(column)]
    assert len(explained) == len(set(explained))
    assert set(explained) == listed


def test_every_meaning_has_a_unit():
    assert len(rows(MEANINGS)) > 50
    for column, unit, meaning in rows(MEANINGS):
        assert unit and meaning, column


def test_the_code_of_the_page_reads_the_archived_tables(monkeypatch):
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    names = {}
    exec(code, names)
    assert names["one"].epoch.tolist() == list(range(len(names["one"])))
    assert len(names["one"]) > 100
    assert names["converged"].convergence_epoch.notna().all()


@pytest.mark.slow
def test_the_page_lists_the_tables_of_the_paper(reproduction):
    listed = tables(FILES)
    folder = reproduction.results / "tables"
    assert {path.name for path in folder.iterdir()} == listed.keys() - ELSEWHERE
    for name in listed.keys() - ELSEWHERE:
        assert read_table(folder / name).columns.tolist() == listed[name], name


@pytest.mark.slow
def test_the_page_lists_the_tables_of_an_experiment(reproduction):
    listed = tables(OF_EXPERIMENT)
    folder = reproduction.results / "nonlinear/romo"  # It has an overview.
    paths = {path.name: path for path in folder.iterdir() if path.is_file()}
    written = {name for name in paths if name.endswith((".csv", ".parquet"))}
    assert written - {"compression.csv"} == listed.keys()
    for name, columns in listed.items():
        same = re.search(rf"`{name}`.* as `(\S+)`", OF_EXPERIMENT)
        expected = tables(FILES)[same[1]] if same else columns
        assert read_table(paths[name]).columns.tolist() == expected, name


def test_the_list_of_figures_has_each_figure_that_has_a_caption():
    page = (ROOT / "paper/README.md").read_text()
    table = page.partition("## The figures")[2].partition("\n## ")[0]
    names = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.+?) \|", table, re.M)))
    captions = {path.stem for path in (ROOT / "workflow/report").glob("fi*.rst")}
    assert {name.removesuffix("_stated") for name in names} == captions
