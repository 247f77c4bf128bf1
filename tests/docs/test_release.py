"""What a release states: the digest of the archived run, the version and the date."""

import re
from pathlib import Path

import pytest

from interplay.configuration.files import read_yaml
from interplay.provenance.folders import ARCHIVE
from interplay.provenance.receipts import RECEIPTS, Chain

ROOT = Path(__file__).parents[2]
PLACES = "README.md", "CITATION.cff"


@pytest.mark.parametrize("name", PLACES)
def test_the_digest_of_the_archived_run_is_stated(name):
    chain = Chain.read(ROOT / ARCHIVE / RECEIPTS)
    stated = re.findall(r"sha256:([0-9a-f]{64})\b", (ROOT / name).read_text())
    assert (ROOT / ARCHIVE / "paper.pdf").is_file()
    assert stated == [chain.digest], f"{name}: expected sha256:{chain.digest}, once"


def test_the_article_names_the_places_of_the_digest():
    """An archive contains its article, so the article cannot contain the digest."""
    text = (ROOT / "paper/template.typ").read_text()
    assert [name for name in PLACES if f"`{name}`" not in text] == []


def test_a_version_has_a_date_if_it_is_released():
    heading = re.search(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    citation = read_yaml(ROOT / "CITATION.cff")
    version, date = citation["version"], citation.get("date-released")
    expected = f"[{version}] - {date}" if date else f"[Unreleased], to become {version}"
    assert heading and heading[1] == expected
