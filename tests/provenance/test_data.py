"""The data of LSTMs, and the commands that need them, as receipts name both."""

from dataclasses import replace
from pathlib import Path

import pytest

from interplay.__main__ import main
from interplay.provenance.again import command, commands
from interplay.provenance.data import data_lines
from interplay.provenance.graph import Graph
from tests.provenance.small import Job, sealed, write, write_results, write_sources

ROOT = Path(__file__).parents[2]
TREES = "resources/sentiment/trees/train.txt"
WORDS = "resources/sentiment/vectors/vectors.txt"
PREPARED = "resources/sentiment/prepared-0/vectors.parquet"
RECORD = "results/sentiment/lstm/seed0/record.json"
VALUES = {"sentiment": {"vectors": {"sha256": "d" * 64}}}
LOCAL = ["--config", "treebank=/here/trees", "glove=/here/part.txt", "together=True"]


def script(name):
    return f"workflow/scripts/{name}.py"


def graph_of(root, sha256, said, local):
    """Return the receipts of an LSTM and of the jobs that brought in its data."""
    write_sources(root)
    write_results(root)
    for name in ("fetch_treebank", "fetch_vectors", "prepare_sentences"):
        write(root / script(name), "x = 1\n")
    for path in (TREES, WORDS, PREPARED, RECORD):
        write(root / path, "{}")
    source = "a local copy" if local else "downloaded from http://host/trees.zip"
    fetched = [] if local else [WORDS]
    jobs = [
        Job("train_lstm", [PREPARED], [RECORD], started=9.0),
        Job(
            "prepare_sentences", [TREES, *fetched], [PREPARED], started=5.0,
            script=script("prepare_sentences"), parameters={"vectors_sha256": sha256},
            changes={"said": {"vectors": said}},
        ),
        Job(
            "fetch_treebank", [], [TREES], script=script("fetch_treebank"),
            changes={"said": {"source": source}},
        ),
    ]  # fmt: skip
    if fetched:
        source = {"source": "downloaded from http://host/glove.zip"}
        jobs.append(
            Job("fetch_vectors", [], fetched, script=script("fetch_vectors"),
                changes={"said": source})
        )  # fmt: skip
    sealed(root, jobs, values=VALUES, command_line=LOCAL if local else [])
    return Graph.read(Path("results"), root)


def said(**changes):
    counts = {"types": 15431, "types_without_vector": 4173, "tokens": 138162}
    counts |= {"tokens_without_vector": 15063, "vectors": 15654, "dimension": 100}
    return {"file": "part.txt", "source": "a local copy", **counts, **changes}


def test_a_local_file_is_named_and_told_from_the_archive_for_download(tmp_path):
    graph = graph_of(tmp_path, "a" * 64, said(sha256="a" * 64), local=True)
    lines = "\n".join(data_lines([graph.producer(RECORD)], graph))
    assert "treebank: Stanford Sentiment Treebank, a local copy\n  train.txt  " in lines
    assert f"word vectors: part.txt, a local copy\n  sha256 {'a' * 64}\n" in lines
    assert "another file than the archive that the configuration names for" in lines
    assert "15,654 vectors of dimension 100" in lines
    assert "4,173 of 15,431 types and 15,063 of 138,162 tokens have no vector" in lines


def test_a_download_is_named_with_its_address(tmp_path):
    described = said(file="glove.zip", sha256="d" * 64, source="downloaded")
    graph = graph_of(tmp_path, "d" * 64, described, local=False)
    lines = "\n".join(data_lines([graph.producer(RECORD)], graph))
    assert "Treebank, downloaded from http://host/trees.zip" in lines
    assert "word vectors: glove.zip, downloaded from http://host/glove.zip" in lines
    assert "another file" not in lines


def test_commands_have_placeholders_for_local_copies_where_they_are_needed(tmp_path):
    graph = graph_of(tmp_path, "a" * 64, said(sha256="a" * 64), local=True)
    options = "--config treebank=DIR glove=FILE together=True"
    assert (
        command(RECORD, graph) == f"interplay run train_lstm --cores 1 --force {options}"
    )
    seed = replace(graph.producer(RECORD), wildcards={"seed": "0"}, inputs={})
    alone = replace(graph, chain=replace(graph.chain, receipts=[seed]))
    again = f"interplay run {RECORD} --cores 1 --forceall --config together=True"
    assert command(RECORD, alone, "--forceall") == again


def test_the_archived_run_names_its_word_vectors_and_commands_without_local_paths(
    monkeypatch, capsys
):
    monkeypatch.chdir(ROOT)
    for name in ("fig5a", "lstm/dev_accuracy_median", "fig2c"):
        assert main(["explain", name, "--results", "paper/results"]) == 0
        shown = capsys.readouterr().out
        assert ("word vectors: glove" in shown) == (name != "fig2c")
        assert "=/" not in shown.partition("make it again:")[2]
    graph = Graph.read(Path("paper/results"), ROOT)
    fig2 = next(iter(graph.figures["fig2"].outputs))
    assert list(commands(fig2, graph)) == ["interplay redraw paper/results"]


@pytest.mark.parametrize("name", ["data/train/sentences", "sentiment.csv:2"])
def test_rows_of_the_data_lead_to_it(name, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert main(["explain", name, "--results", "paper/results"]) == 0
    shown = capsys.readouterr().out
    assert "treebank: Stanford Sentiment Treebank, a local copy" in shown
