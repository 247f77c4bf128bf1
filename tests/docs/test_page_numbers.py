"""Pages show the numbers of the archived run."""

import pytest

from interplay.configuration.files import read_yaml
from interplay.paper.labels import configured
from interplay.paper.labels import labels as labels_of_article
from interplay.paper.numbers import read_numbers
from tests.docs.page_numbers import PAGES, ROOT, archived, filled, labels


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
    assert set(labels(page.read_text())) <= set(shown)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_numbers_are_those_of_the_archived_run(page):
    text, values = page.read_text(), archived()
    assert set(labels(text)) <= set(values)
    assert filled(text, values) == text, "python -m tests.docs.page_numbers writes them"
