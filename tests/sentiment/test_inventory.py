"""`interplay data`: what is at hand, and where the rest will come from."""

import hashlib

import pytest

from interplay.__main__ import main
from interplay.sentiment.inventory import inventory

TREES = {split: f"(3 {split})\n" for split in ("train", "dev", "test")}
SETTINGS = {
    "treebank": {
        "urls": ["https://a.example/trees.zip", "https://b.example/trees.zip"],
        "files": {
            split: hashlib.sha256(text.encode()).hexdigest()
            for split, text in TREES.items()
        },
    },
    "vectors": {"urls": ["https://c.example/vectors.zip"]},
}


@pytest.fixture
def resources(tmp_path):
    folder = tmp_path / "resources/sentiment"
    for name in ("trees", "vectors"):
        (folder / name).mkdir(parents=True)
    for split, text in TREES.items():
        (folder / f"trees/{split}.txt").write_text(text)
    (folder / "vectors/vectors.txt").write_text("word 1 2\n")
    return tmp_path / "resources"


def states(resources, treebank=None, glove=None):
    return {item.name: item for item in inventory(SETTINGS, resources, treebank, glove)}


def test_data_that_are_there_are_checked(resources):
    assert all(item.at_hand for item in states(resources).values())
    (resources / "sentiment/trees/dev.txt").write_text("(0 other)")
    item = states(resources)["treebank"]
    assert not item.at_hand
    assert "dev.txt: expected sha256" in item.state


def test_data_that_are_not_there_have_hosts(tmp_path):
    found = states(tmp_path)
    assert not any(item.at_hand for item in found.values())
    assert found["treebank"].state == "will be downloaded from a.example, then b.example"


def test_a_local_copy_stands_for_the_download(resources, tmp_path):
    found = states(tmp_path, resources / "sentiment/trees", tmp_path / "none.txt")
    assert found["treebank"].at_hand
    assert found["vectors"].state == f"{tmp_path}: expected none.txt, found none"


def test_the_command_exits_with_1_if_data_are_missing(tmp_path, capsys):
    local = ["--treebank", str(tmp_path), "--glove", str(tmp_path / "glove.txt")]
    assert main(["data", *local]) == 0
    assert main(["data", "--check", *local]) == 1
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 4
    assert said[0].startswith("treebank  not here  ")


def test_a_configuration_without_a_treebank_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("pathvars: { resources: resources }\n")
    assert main(["data"]) == 1
    said = capsys.readouterr().err
    assert "config.yaml: expected the key sentiment, found none" in said
    assert said.count("\n") == 1
