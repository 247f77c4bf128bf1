"""The crate of a small project's receipts, judged by the profile's own validator."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from interplay.provenance.crate import write_crate
from interplay.provenance.crate_files import file_problems
from interplay.provenance.graph import Graph
from interplay.provenance.validation import problems
from interplay.provenance.verify import verify
from interplay.storage.errors import InputError
from interplay.storage.files import write_json
from interplay.storage.hashes import file_hash
from tests.provenance.small import PART, write
from tests.running import snakemake

# The validator stands on a class that rdflib has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")


@pytest.fixture(scope="module")
def crate(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("crate") / "crate"
    write_crate(Graph.read(Path("results"), project), folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a path with spaces", 'ü %20 {#?"'])
def test_the_validator_finds_nothing_wherever_the_crate_lies(crate, tmp_path, name):
    copy = shutil.copytree(crate, tmp_path / name)
    assert problems(copy) == []
    (copy / "results/tables/claims.csv").write_text("id\n")
    (found,) = problems(copy)
    assert found.startswith("results/tables/claims.csv: altered: ")


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


def test_every_file_of_the_crate_has_its_hash(crate):
    files = {name: e for name, e in described(crate).items() if "File" in e["@type"]}
    assert {"Snakefile", "codecheck.yml", "results/figures/fig2.pdf"} <= set(files)
    for path, entity in files.items():
        assert file_hash(crate / path) == entity["sha256"]


def test_the_manifest_names_files_of_the_crate(crate):
    content = yaml.safe_load((crate / "codecheck.yml").read_text())
    files = {entry["file"]: entry["sha256"] for entry in content["manifest"]}
    assert {"results/figures/fig2.pdf", "results/tables/claims.csv"} <= set(files)
    assert not any(path.endswith((".svg", ".png")) for path in files)
    for path, sha256 in files.items():
        assert file_hash(crate / path) == sha256


def described(crate):
    graph = json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]
    return {entity["@id"]: entity for entity in graph}


def test_jobs_and_tools_are_as_the_receipts_say(crate):
    entities = described(crate)
    jobs = [entity for name, entity in entities.items() if name.startswith("#job-")]
    job = next(each for each in jobs if each["name"].startswith("train_network"))
    commit, code, device = job["description"].split("; ")
    assert commit == "commit unknown: the workflow is in no git repository"
    assert code.startswith("code sha256 ")
    assert device == "device: cuda"
    required = entities[job["instrument"]["@id"]]["softwareRequirements"]
    numpy = entities[
        required["@id"] if isinstance(required, dict) else required[0]["@id"]
    ]
    assert (numpy["name"], numpy["softwareVersion"]) == ("numpy", "2.4.6")
    # No job of this project imported Snakemake, so its version is not known.
    assert "softwareVersion" not in entities["#snakemake"]


@pytest.mark.parametrize(
    ("path", "data", "problem"),
    [
        ("results/tables/claims.csv", "id\n", ": altered: expected sha256 "),
        ("config.yaml", "N: 5\n", ": altered: expected sha256 "),
        ("results/figures/fig2.pdf", None, ": missing"),
    ],
)
def test_files_of_a_crate_are_compared_with_its_metadata(
    crate, tmp_path, path, data, problem
):
    copy = shutil.copytree(crate, tmp_path / "copy")
    assert list(file_problems(copy)) == []
    (copy / path).unlink()
    if data:
        (copy / path).write_text(data)
    (found,) = file_problems(copy)
    assert found.startswith(f"{path}{problem}")


def test_metadata_that_lead_out_of_the_crate_are_found(tmp_path):
    write_json({}, tmp_path / "outside.json")
    entity = {"@id": "../outside.json", "@type": "File"}
    write_json({"@graph": [entity]}, tmp_path / "crate/ro-crate-metadata.json")
    assert list(file_problems(tmp_path / "crate")) == [
        "../outside.json: expected a file inside of the crate"
    ]


def test_altered_results_are_not_packed(small, tmp_path):
    write(small / PART, "g,x\n0.9,2\n")
    graph = Graph.read(Path("results"), small)
    with pytest.raises(InputError, match=r"results/part\.csv: altered"):
        write_crate(graph, tmp_path / "crate")
    assert not (tmp_path / "crate").exists()


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
