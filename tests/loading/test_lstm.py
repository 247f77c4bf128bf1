"""LSTMs from a results folder and from an archive, and their module of torch."""

import pickle
import re
from copy import copy, deepcopy
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import interplay
from interplay.runs.streams import stream
from interplay.sentiment.batches import sorted_batches
from interplay.sentiment.engine import Engine
from interplay.sentiment.sentences import write_split
from interplay.sentiment.synthetic import synthetic_vectors
from interplay.storage.errors import InputError
from interplay.storage.tables import read_table, write_table
from tests.docs.test_tour import DOCS, run_code
from tests.sentiment.treebanks import small_treebank
from tests.workflow.test_scripts import files, run

PARAMETERS = {"N": 8, "epochs": 3, "batch": 16, "learning_rate": 0.1, "dropout": 0.5}
MATRICES = ["layer1.input", "layer1.recurrent", "layer2.input", "layer2.recurrent"]
TRUNCATED = ["layer1.recurrent", "layer2.input", "layer2.recurrent"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An LSTM that the scripts trained, tested and archived; and its treebank."""
    folder = tmp_path_factory.mktemp("lstm")
    data, place = (
        folder / "results/sentiment/data",
        folder / "results/sentiment/lstm/seed0",
    )
    treebank = small_treebank(train=150, dev=60, test=20)
    data.mkdir(parents=True)
    for split in treebank:
        write_split(treebank[split], data / f"{split}.parquet")
    write_table(
        synthetic_vectors(12, stream("vectors", "test")), data / "vectors.parquet"
    )
    inputs = files(data, *(f"{name}.parquet" for name in (*treebank, "vectors")))
    labels = {"experiment": "lstm", "seed": "0"}
    params = {
        "experiment": PARAMETERS, "treebank": "synthetic", "code": "0", "within": 0.01,
        "rank": 2, "train_ranks": 2,
    }  # fmt: skip
    trained = files(place, "network.safetensors", "curves.csv", "record.json")
    run("train_lstm", labels, params, trained, **inputs)
    tested = files(place, "truncation.csv", "networks.csv")
    run("truncate_lstm", labels, params, tested, **inputs, **trained)
    archive = folder / "archive"
    archived = {
        "compression": place / "compression.csv",
        "network": archive / "networks/lstm/seed0.safetensors",
    }
    run("compress_lstm", labels, params, archived, **inputs, **trained)
    names = {"curves": "sentiment_curves", "networks": "sentiment"}
    for name, table in names.items():
        write_table(read_table(place / f"{name}.csv"), archive / f"tables/{table}.csv")
    return SimpleNamespace(folder=folder, data=data, archive=archive, treebank=treebank)


@pytest.fixture(scope="module")
def net(made):
    return interplay.load("lstm", seed=0, results=made.folder / "results")


def test_an_lstm_is_as_its_tables_say(net, made):
    place = made.folder / "results/sentiment/lstm/seed0"
    table = read_table(place / "networks.csv").iloc[0]
    splits = ("train", "dev", "test")
    assert net.accuracies == {split: table[f"{split}_accuracy"] for split in splits}
    assert net.curves.dev_accuracy.iloc[-1] == net.accuracies["dev"]
    assert len(net.curves) == 3 and net.rank is None
    spectrum = interplay.singular_values(net.dW["layer2.recurrent"])
    assert spectrum.shape == (8,) and spectrum[0] > 0
    for name in MATRICES:
        np.testing.assert_array_equal(net.dW[name], net.final[name] - net.initial[name])
    assert repr(net) == "TrainedLSTM(lstm, seed=0, N=8, dW whole)"
    others = [copy(net), deepcopy(net), pickle.loads(pickle.dumps(net))]
    assert net not in others and len({net, *others}) == 4


def test_an_archived_lstm_has_a_dw_of_low_rank(net, made):
    archived = interplay.load("lstm", seed=0, results=made.archive)
    assert archived.rank == 2
    assert archived.accuracies == net.accuracies
    assert archived.curves.equals(net.curves)
    for name, W in net.final.items():
        np.testing.assert_array_equal(archived.initial[name], net.initial[name])
        if name in TRUNCATED:
            (expected,) = interplay.truncations(net.dW[name], [2])
            np.testing.assert_allclose(archived.dW[name], expected, atol=1e-6)
        else:
            np.testing.assert_array_equal(archived.final[name], W)


def test_the_module_of_torch_has_the_logits_of_the_engine(net, made):
    language = net.language(str(made.data))
    module, bare = net.as_torch(language.vectors), net.as_torch()
    batches = sorted_batches(language.examples(made.treebank["dev"]), 7)
    with Engine(language.vectors, net.run.n) as engine:
        expected = engine.logits(net.final, batches)
    for batch, logits in zip(batches, expected, strict=True):
        words, lengths = torch.tensor(batch.words), torch.tensor(batch.lengths)
        vectors = torch.tensor(language.vectors[batch.words])
        order = torch.randperm(len(lengths), generator=torch.Generator().manual_seed(0))
        found = module(words[:, order], lengths[order])
        np.testing.assert_allclose(found.detach(), logits[order], atol=1e-5)
        torch.testing.assert_close(bare(vectors, lengths)[order], found)
    assert np.ptp(np.concatenate(expected)) > 1e-3, "logits that could be told apart"
    trained = {name for name, each in module.named_parameters() if each.requires_grad}
    assert len(trained) == 10, "the word vectors are frozen"


def test_the_code_of_the_page_on_networks_runs(made, monkeypatch, capsys):
    (made.folder / "results/preview").symlink_to(made.folder / "results")
    monkeypatch.chdir(made.folder)
    _, _, section = (DOCS / "networks.md").read_text().partition("## LSTMs")
    names = run_code("```python\nimport interplay\n```\n" + section)
    assert names["module"].embedding.weight.shape[1] == 12
    assert re.search(r"^tensor\(\[-?\d", capsys.readouterr().out, re.M)


def test_other_data_or_vectors_are_refused_in_a_line(net, made, tmp_path):
    with pytest.raises(InputError, match=r"train.parquet: expected prepared sentences, "):
        net.language(tmp_path)
    for name in ("train", "vectors"):
        (tmp_path / f"{name}.parquet").write_bytes(
            (made.data / "dev.parquet").read_bytes()
        )
    with pytest.raises(
        InputError, match=r"train.parquet: expected the file that lstm was"
    ):
        net.language(tmp_path)
    with pytest.raises(
        InputError, match=r"vectors: expected the shape \(words, 12\), fou"
    ):
        net.as_torch(np.zeros((5, 3), np.float32))
