"""Pages show the numbers of the archived run."""

import pytest

from interplay.paper.labels import labels as labels_of_article
from tests.docs.page_numbers import ARCHIVE, PAGES, ROOT, archived, filled, labels


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
    shown = set(labels_of_article((ROOT / "paper/paper.typ").read_text()))
    assert set(labels(page.read_text())) <= shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_numbers_are_those_of_the_archived_run(page):
    text, values = page.read_text(), archived()
    assert filled(text, values) == text, "python -m tests.docs.page_numbers writes them"
    if missing := sorted(set(labels(text)) - set(values)):
        pytest.skip(
            f"{ARCHIVE.relative_to(ROOT)} lacks {len(missing)} numbers, such as {missing[0]}"
        )
