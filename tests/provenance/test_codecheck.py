"""codecheck.yml, by the rules of the register for version 2.0 of the specification."""

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pytest
import yaml

from interplay.__main__ import main
from interplay.provenance.codecheck import codecheck, missing, write_codecheck
from interplay.provenance.graph import Graph
from interplay.storage.errors import InputError
from interplay.storage.hashes import file_hash
from tests.provenance.small import write

ROOT = Path(__file__).parents[2]

ORCID = "0000-0002-1825-0097"
"""of Josiah Carberry, the example of the specification"""

TEXT = {"type": "string", "minLength": 1}
AUTHOR = {
    "required": ["name", "ORCID"],
    "properties": {"name": TEXT, "ORCID": {"pattern": r"^(\d{4}-){3}\d{3}[\dX]$"}},
}
ITEM = {
    "required": ["file"],
    "properties": {"file": {"type": "string", "pattern": "^[^/.]"}, "comment": TEXT},
}
OF_THE_AUTHORS = {
    "required": ["version", "manifest", "paper"],
    "properties": {
        "version": {"const": "https://codecheck.org.uk/spec/config/2.0/"},
        "manifest": {"type": "array", "minItems": 1, "items": ITEM},
        "paper": {
            "required": ["title", "authors", "reference"],
            "properties": {
                "title": TEXT,
                "authors": {"type": "array", "minItems": 1, "items": AUTHOR},
                "reference": {"type": "string", "pattern": "^https://"},
                "reference-other": {"type": "array", "items": TEXT},
            },
        },
    },
    # Codechecker, report, summary and certificate are the codechecker's.
    "not": {"anyOf": [{"required": ["codechecker"]}, {"required": ["certificate"]}]},
}
"""the entries of an author that the rules CC-CFG-004 to CC-CFG-030 require"""


def absent(text):
    """Return what the schema finds missing in a codecheck.yml."""
    validator = jsonschema.Draft202012Validator(OF_THE_AUTHORS)
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


@pytest.fixture
def graph(project, tmp_path):
    """A copy of the project, whose authors can be changed."""
    copy = shutil.copytree(project, tmp_path / "project")
    return Graph.read(Path("results"), copy)


def test_a_file_with_everything_given_passes(graph):
    file = graph.place.root / "paper/metadata.yaml"
    metadata = yaml.safe_load(file.read_text())
    metadata["authors"][0]["orcid"] = ORCID
    metadata["article"] = [{"number": ""}, {"doi": "10.5281/zenodo.1"}]
    metadata["code"] = [{"url": "https://example.org/interplay"}]
    write(file, yaml.safe_dump(metadata))
    text = codecheck(graph, "results")
    assert absent(text) == []
    assert text.startswith("---\n")
    content = yaml.safe_load(text)
    assert content["repository"] == "https://example.org/interplay"
    assert content["paper"]["reference"] == "https://doi.org/10.5281/zenodo.1"
    assert "not given yet" not in text


def test_what_nobody_has_given_is_left_out_and_named(graph):
    text = codecheck(graph, "results")
    assert absent(text) == [
        "'reference' is a required property", "'ORCID' is a required property",
    ]  # fmt: skip
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert "#   ORCID of The interplay authors" in comments
    assert "#   paper/reference: the article's doi or url" in comments
    assert {"# codechecker:", "# report:", "# summary:", "# certificate:"} <= set(
        comments
    )
    assert not re.search("FIXME|TODO|XXXX", text)


def test_the_file_of_this_repository_is_that_of_its_archive():
    found = Graph.read(Path("paper/results"), ROOT)
    text = (ROOT / "codecheck.yml").read_text()
    assert text == codecheck(found, "paper/results")
    manifest = yaml.safe_load(text)["manifest"]
    files = {entry["file"] for entry in manifest}
    assert {"paper/results/paper.pdf", "paper/results/figures/fig2.svg"} <= files
    for entry in manifest:
        assert file_hash(ROOT / entry["file"]) == entry["sha256"]
        assert (ROOT / entry["file"]).stat().st_size == entry["size"]


def test_the_command_line(graph, monkeypatch, capsys):
    root = graph.place.root
    monkeypatch.chdir(root)
    assert main(["codecheck", "results"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("codecheck.yml: figures, tables and article of results\n")
    metadata = yaml.safe_load((root / "paper/metadata.yaml").read_text())
    assert [line in said for line in missing(metadata)] == [True, True]
    content = yaml.safe_load((root / "codecheck.yml").read_text())
    assert content["manifest"][0]["file"] == "results/figures/fig2.pdf"


def test_entries_of_a_codechecker_are_kept(graph):
    file = graph.place.root / "codecheck.yml"
    file.write_text(json.dumps({"codechecker": [{"name": "Josiah Carberry"}]}))
    with pytest.raises(InputError, match="expected no entries of a codechecker"):
        write_codecheck(graph)


def test_an_altered_table_is_not_listed(graph):
    (graph.place.folder / "tables/claims.csv").write_text("id\n")
    with pytest.raises(InputError, match=r"claims\.csv: altered"):
        codecheck(graph, "results")
