"""Data from local files: identified by content, never lost to a bad file."""

import shutil
import zipfile

import pytest
import yaml

from interplay.runs.streams import stream
from interplay.sentiment.synthetic import (
    format_trees,
    format_vectors,
    synthetic_trees,
    synthetic_vectors,
)
from interplay.storage.hashes import file_hash
from tests.running import refused, snakemake

pytestmark = pytest.mark.slow

DATA = "results/tables/sentiment_data.csv"


@pytest.fixture(scope="module")
def local_data(tmp_path_factory):
    """Trees and vectors in files, as someone who downloaded them has them."""
    folder = tmp_path_factory.mktemp("data")
    for split, n in {"train": 60, "dev": 20, "test": 20}.items():
        text = format_trees(synthetic_trees(n, stream("trees", "test", split)))
        (folder / f"{split}.txt").write_text(text)
    vectors = format_vectors(synthetic_vectors(100, stream("vectors", "test")))
    (folder / "glove.txt").write_text(vectors)
    return folder


@pytest.fixture(scope="module")
def prepared(copies, local_data):
    """A copy of the repository in which the data are prepared."""
    folder = copies()
    hashes = {s: file_hash(local_data / f"{s}.txt") for s in ("train", "dev", "test")}
    config = {"sentiment": {"treebank": {"files": hashes}}}
    (folder / "local.yaml").write_text(yaml.safe_dump(config))
    snakemake(folder, "--cores", "1", *options(local_data), "--", DATA)
    return folder


def options(data, glove=None):
    glove = glove or data / "glove.txt"
    local = [f"treebank={data}", f"glove={glove}"]
    return ["--configfile", "local.yaml", "--config", *local]


def resources(folder):
    return {path for path in (folder / "resources").rglob("*") if path.is_file()}


def test_the_same_data_in_another_place_rerun_nothing(
    prepared, local_data, tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    with zipfile.ZipFile(tmp_path / "trees.zip", "w") as archive:
        for split in ("train", "dev", "test"):
            archive.write(local_data / f"{split}.txt", f"trees/{split}.txt")
    shutil.copy(local_data / "glove.txt", tmp_path / "vectors")
    said = snakemake(prepared, "-n", *options("~/trees.zip", "~/vectors"), "--", DATA)
    assert "Nothing to be done" in said


def test_another_results_folder_uses_the_same_resources(prepared, local_data):
    other = (*options(local_data), "pathvars={results: results/other}")
    table = "results/other/tables/sentiment_data.csv"
    said = snakemake(prepared, "-n", *other, "--", table)
    assert "count_sentences" in said
    assert "prepare_sentences" not in said


@pytest.mark.parametrize("good_lines", [0, 20], ids=["no vectors", "one bad line"])
def test_a_bad_file_removes_nothing(prepared, local_data, tmp_path, good_lines):
    before = resources(prepared)
    lines = (local_data / "glove.txt").read_text().splitlines()[:good_lines]
    bad = tmp_path / "bad.txt"
    bad.write_text("\n".join([*lines, "word 1 2 three\n"]))
    # Bad first lines are found in the dry run, others by the job.
    run = ["--cores", "1"] if good_lines else ["-n"]
    said = refused(prepared, *run, *options(local_data, bad), "--", DATA)
    message = f"{bad}, line {good_lines + 1}: expected a word and 100 numbers, found 3"
    assert message in said
    assert resources(prepared) == before
    assert (prepared / DATA).exists()
    said = snakemake(prepared, "-n", *options(local_data), "--", DATA)
    assert "Nothing to be done" in said
