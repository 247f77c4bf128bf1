"""Pages show the numbers of the archived run."""

import pytest

from interplay.configuration.files import read_yaml
from interplay.paper.labels import configured
from interplay.paper.labels import labels as labels_of_article
from interplay.paper.numbers import read_numbers
from interplay.storage.tables import read_table
from tests.docs.page_numbers import (
    CPU_HOURS,
    PAGES,
    PROVENANCE,
    ROOT,
    SECTIONS,
    TABLES,
    archived,
    archived_counts,
    counted,
    filled,
    labels,
    renewed,
    row_of,
)


def test_a_number_keeps_its_decimals_and_its_unit():
    values = {"a/b": "0.2849", "c/g0.9": "12", "d": "-1.26"}
    text = (
        "0.3<!-- a/b -->, 1 %<!-- a/b -->; 7<!-- c/g0.9 -->, 0.00<!-- d --> 5<!-- e -->"
    )
    assert filled(text, values) == (
        "0.3<!-- a/b -->, 28 %<!-- a/b -->; 12<!-- c/g0.9 -->, -1.26<!-- d --> 5<!-- e -->"
    )
    assert list(labels(text)) == ["a/b", "a/b", "c/g0.9", "d", "e"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_labels_are_those_of_the_article(page):
    schema = read_yaml(ROOT / "workflow/schemas/numbers.schema.yaml")
    numbers = read_numbers(ROOT / "paper/numbers.yaml", schema)
    known = {*configured(read_yaml(ROOT / "config.yaml")).label}
    known |= {number.label for number in numbers}
    shown = labels_of_article((ROOT / "paper/paper.typ").read_text(), known)
    assert set(labels(page.read_text())) <= {*shown, CPU_HOURS}


def test_counts_replace_the_rows_that_begin_with_their_section():
    text = "| | hold |\n| all | 7 | 8 |\n| all | 7 of 8 | 9 |\n| all others | 1 | 2 |\n"
    assert counted(text, {"all": [3, 4]}) == text.replace("7 | 8", "3 | 4")


def test_each_statement_is_counted_once_under_its_section():
    counts = archived_counts()
    parts = [counts[section] for section in SECTIONS if section != "all"]
    assert list(map(sum, zip(*parts, strict=True))) == counts["all"]
    claims = read_table(TABLES / "claims.csv")
    assert sum(counts["all"]) + sum(counts[PROVENANCE]) == len(claims)
    readme = (ROOT / "README.md").read_text()
    assert all(row_of(*row) in readme for row in counts.items())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_numbers_are_those_of_the_archived_run(page):
    text, values = page.read_text(), archived()
    assert set(labels(text)) <= set(values)
    assert renewed(text) == text, "python -m tests.docs.page_numbers writes them"
