"""What a release states: the digest of the archived run, the version and the date."""

import re
from pathlib import Path

import pytest

from interplay.configuration.files import read_yaml
from interplay.provenance.folders import ARCHIVE
from interplay.provenance.receipts import RECEIPTS, Chain, is_training
from interplay.storage.files import read_json

ROOT = Path(__file__).parents[2]
PLACES = "README.md", "CITATION.cff"


@pytest.mark.parametrize("name", PLACES)
def test_the_digest_of_the_archived_run_is_stated(name):
    chain = Chain.read(ROOT / ARCHIVE / RECEIPTS)
    stated = re.findall(r"sha256:([0-9a-f]{64})\b", (ROOT / name).read_text())
    assert (ROOT / ARCHIVE / "paper.pdf").is_file()
    assert stated == [chain.digest], f"{name}: expected sha256:{chain.digest}, once"


def test_the_report_of_the_spot_check_is_of_the_archived_run():
    chain = Chain.read(ROOT / ARCHIVE / RECEIPTS)
    report = read_json(ROOT / "paper/spotcheck.json")
    assert report["digest"] == f"sha256:{chain.digest}"
    outputs = {job.id: job.outputs for job in chain.receipts}
    for check in report["checks"]:
        for path, hashes in check["outputs"].items():
            assert hashes["found"] == outputs[check["receipt"]][path]
    assert report["equal"] == len(report["checks"]) == 60
    trainings = [job for job in chain.receipts if is_training(job) and not job.inputs]
    assert report["jobs"] == len(trainings)
    text = " ".join((ROOT / "paper/README.md").read_text().split())
    assert (
        f"-n 60 --seed {report['seed']}` made 60 of {len(trainings):,} trainings" in text
    )


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
