"""`interplay data`: what is at hand, and where the rest will come from."""

import hashlib

import pytest
import yaml

from interplay.__main__ import main
from interplay.sentiment.inventory import inventory

TREES = {split: f"(3 {split})\n(2 it)\n" for split in ("train", "dev", "test")}
SETTINGS = {
    "treebank": {
        "urls": ["https://a.example/trees.zip", "https://b.example/trees.zip"],
        "files": {
            split: hashlib.sha256(text.encode()).hexdigest()
            for split, text in TREES.items()
        },
    },
    "vectors": {
        "urls": ["https://c.example/vectors.zip"], "file": "v.txt", "dimension": 2,
    },
}  # fmt: skip


@pytest.fixture
def resources(tmp_path):
    folder = tmp_path / "resources/sentiment"
    for name in ("trees", "vectors"):
        (folder / name).mkdir(parents=True)
    for split, text in TREES.items():
        (folder / f"trees/{split}.txt").write_text(text)
    (folder / "vectors/vectors.txt").write_text("train 1 2\nother 3 4\n")
    return tmp_path / "resources"


def states(resources, treebank=None, glove=None, check=False):
    items = inventory(SETTINGS, resources, treebank, glove, check=check)
    return {item.name: (item.status, item.state) for item in items}


def test_data_that_are_there_are_read(resources):
    trees, vectors = resources / "sentiment/trees", resources / "sentiment/vectors"
    here = f"{trees}: 3 files with the expected sha256"
    assert states(resources) == {
        "treebank": ("at hand", here),
        "vectors": ("at hand", f"{vectors}/vectors.txt: 0.0 MB, 2 numbers per word"),
    }
    counts = ", ".join(f"{split} 2 trees (1 labelled)" for split in TREES)
    assert states(resources, check=True) == {
        "treebank": ("at hand", f"{here}: {counts}"),
        "vectors": (
            "at hand",
            f"{vectors}/vectors.txt: 0.0 MB, 2 words of 2 numbers, "
            "among them 1 of the 1 training words",
        ),
    }


@pytest.mark.parametrize(
    ("content", "check", "expected"),
    [
        ("<!DOCTYPE html>\n", False, "found a web page"),
        ("train 1 2 3\n", False, "line 1: expected a word and 2 numbers"),
        ("train 1 2\n" * 20 + "of 1\n", True, "line 21: expected a word and 2 numbers"),
        ("other 3 4\n", True, "among them 0 of the 1 training words"),
    ],
)
def test_vectors_that_cannot_be_used_are_not_at_hand(
    resources, tmp_path, content, check, expected
):
    (tmp_path / "v.txt").write_text(content)
    status, state = states(resources, glove=tmp_path / "v.txt", check=check)["vectors"]
    assert status == "unusable"
    assert expected in state


def test_trees_that_cannot_be_used_are_not_at_hand(resources):
    (resources / "sentiment/trees/dev.txt").write_text("(0 other)")
    status, state = states(resources)["treebank"]
    assert status == "unusable"
    assert "dev.txt: expected sha256" in state


def test_data_that_are_not_there_have_hosts(tmp_path):
    assert states(tmp_path) == {
        "treebank": (
            "not here",
            "will be downloaded from a.example, then b.example",
        ),
        "vectors": ("not here", "will be downloaded from c.example"),
    }


def test_a_local_copy_stands_for_the_download(resources, tmp_path):
    found = states(tmp_path, resources / "sentiment", tmp_path / "none.txt")
    assert found["treebank"][0] == "at hand"
    none = f"{tmp_path}/none.txt: expected a file, found none"
    assert found["vectors"] == ("not here", none)


@pytest.fixture
def project(resources, tmp_path, monkeypatch):
    """The current folder, with a configuration that names local copies, and a home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(resources))
    config = {
        "pathvars": {"resources": "none"},
        "sentiment": SETTINGS,
        "treebank": "~/sentiment/trees",
        "glove": "resources/sentiment/vectors/vectors.txt",
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    return tmp_path


def test_paths_may_begin_at_home_or_here(project, capsys):
    assert main(["data", "--check"]) == 0
    assert main(["data", "--treebank", "~/none", "--glove", "~/none"]) == 0
    said = capsys.readouterr().out.splitlines()
    home = project / "resources"
    assert said[0].startswith(f"treebank  at hand  {home}/sentiment/trees: 3 files")
    assert said[1].startswith(
        "vectors   at hand  resources/sentiment/vectors/vectors.txt"
    )
    assert said[2].startswith(f"treebank  not here  {home}/none: expected a folder or")
    assert said[3] == f"vectors   not here  {home}/none: expected a file, found none"


@pytest.mark.parametrize("glove", ["none", "config.yaml"])
def test_the_check_exits_with_1_if_data_are_missing_or_unusable(project, glove):
    assert main(["data", "--glove", glove]) == 0
    assert main(["data", "--check", "--glove", glove]) == 1


def test_a_configuration_without_a_treebank_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("pathvars: { resources: resources }\n")
    assert main(["data"]) == 1
    said = capsys.readouterr().err
    assert "config.yaml: expected the key sentiment, found none" in said
    assert said.count("\n") == 1
