"""The crate of a small project's receipts, judged by the profile's own validator."""

import json
from pathlib import Path

import pytest
import yaml

from interplay.provenance.crate import write_crate
from interplay.provenance.graph import Graph
from interplay.provenance.validation import problems
from interplay.provenance.verify import verify
from interplay.storage.errors import InputError
from interplay.storage.hashes import file_hash
from tests.running import snakemake

# The validator stands on a class that rdflib has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")


@pytest.fixture(scope="module")
def crate(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("crate") / "crate"
    write_crate(Graph.read(Path("results"), project), folder)
    return folder


@pytest.mark.slow
def test_the_validator_finds_nothing_that_is_required_missing(crate):
    assert problems(crate) == []


@pytest.mark.slow
def test_the_validator_accepts_the_real_workflow(reproduction, tmp_path):
    graph = Graph.read(Path("results/preview"), reproduction.folder)
    write_crate(graph, tmp_path / "crate")
    assert problems(tmp_path / "crate") == []
    assert verify(Path("results/preview"), tmp_path / "crate").problems == []
    snakemake(tmp_path / "crate", "-n", "--configfile", *reproduction.configuration)


def test_verification_works_inside_of_the_crate(crate):
    assert verify(Path("results"), crate).problems == []
    assert {"Snakefile", "config.yaml", "preview.yaml"} <= {
        path.name for path in crate.iterdir()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("ControlAction", "instrument"),
        ("OrganizeAction", "result"),
        ("HowToStep", "workExample"),
    ],
)
def test_the_validator_finds_what_is_taken_away(crate, kind, key):
    path = crate / "ro-crate-metadata.json"
    whole = path.read_text()
    metadata = json.loads(whole)
    for entity in metadata["@graph"]:
        if entity["@type"] == kind:
            del entity[key]
    path.write_text(json.dumps(metadata))
    try:
        assert problems(crate)
    finally:
        path.write_text(whole)


def test_a_folder_that_is_no_crate_is_one_line(tmp_path):
    with pytest.raises(InputError, match="expected a crate, found no ro-crate-metadata"):
        problems(tmp_path)


def test_every_file_of_the_crate_is_what_its_hash_says(crate):
    graph = json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]
    hashed = {e["@id"]: e["sha256"] for e in graph if "sha256" in e}
    assert {"results/tables/nonlinear.csv", "results/figures/fig2.pdf"} <= set(hashed)
    for path, sha256 in hashed.items():
        assert file_hash(crate / path) == sha256


def test_the_manifest_has_figures_tables_and_their_hashes(crate):
    content = yaml.safe_load((crate / "codecheck.yml").read_text())
    files = {entry["file"]: entry["sha256"] for entry in content["manifest"]}
    expected = [
        "figures/fig2.pdf",
        "paper.pdf",
        "tables/claims.csv",
        "tables/explanations.csv",
        "tables/nonlinear.csv",
        "tables/nonlinear_trials.csv",
        "tables/numbers.csv",
    ]
    assert list(files) == [f"results/{path}" for path in expected]
    for path, sha256 in files.items():
        assert file_hash(crate / path) == sha256


def test_the_manifest_passes_the_rules_of_the_register(crate):
    text = (crate / "codecheck.yml").read_text()
    assert text.startswith("---\n")
    content = yaml.safe_load(text)
    assert not {"codechecker", "report", "certificate"} & set(content)
    assert {"# codechecker:", "#     ORCID:", "# report:"} <= set(text.splitlines())
    assert not any(word in text for word in ("FIXME", "TODO", "XXXX"))
    assert all("name" in author for author in content["paper"]["authors"])


def test_a_crate_that_cannot_be_finished_does_not_stay(project, tmp_path, monkeypatch):
    def fail(crate, folder):
        Path(folder).mkdir()
        raise OSError("no space left")

    monkeypatch.setattr("rocrate.rocrate.ROCrate.write", fail)
    with pytest.raises(OSError, match="no space left"):
        write_crate(Graph.read(Path("results"), project), tmp_path / "new" / "crate")
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        ("results", "expected no folder, found one"),
        ("results/crate", "expected a folder outside of the results"),
    ],
)
def test_a_crate_is_not_written_over_or_into_results(project, folder, line):
    graph = Graph.read(Path("results"), project)
    with pytest.raises(InputError, match=line):
        write_crate(graph, project / folder)
