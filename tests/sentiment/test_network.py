"""The LSTM: initial weights, training, resumption, singular values and truncation."""

import random
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from interplay.optimisers.in_torch import TorchAdam
from interplay.runs.checkpoints import Checkpoints
from interplay.runs.streams import stream
from interplay.sentiment.batches import sorted_batches
from interplay.sentiment.engine import Engine, evaluate
from interplay.sentiment.in_torch import TorchEngine
from interplay.sentiment.measurements import (
    TRUNCATED,
    compared_with_whole,
    evaluations,
    sufficient_ranks,
    summary,
    truncated_weights,
    truncation_curves,
)
from interplay.sentiment.model import initial_weights
from interplay.sentiment.run import Run, State, initial_state, learning_curves
from interplay.sentiment.spectra import spectra
from interplay.sentiment.synthetic import synthetic_vectors
from interplay.sentiment.trained import TrainedLSTM
from interplay.sentiment.training import train
from interplay.sentiment.vocabulary import language_of
from interplay.storage.errors import InputError
from tests.sentiment.treebanks import small_treebank

RUN = Run(seed=3, n=8, epochs=4, batch=16, learning_rate=0.01, dropout=0.5)
DIMENSION = 12
"""of the vectors of the fixture `language`"""


def start():
    return initial_state(RUN.initial_weights(DIMENSION))


def trained(language, treebank, state, threads=1, run=RUN, **options):
    sets = treebank["train"], treebank["dev"]
    return train(run, language, *sets, state, threads, **options)


@pytest.fixture(scope="module")
def final(language, treebank):
    return trained(language, treebank, start())


def assert_same(one, other):
    assert one.epochs == other.epochs
    assert one.steps == other.steps
    assert one.groups.keys() == other.groups.keys()
    for group, arrays in one.groups.items():
        assert arrays.keys() == other.groups[group].keys()
        for name, array in arrays.items():
            np.testing.assert_array_equal(array, other.groups[group][name], name)


def test_initial_weights_have_torchs_bounds_but_for_the_first_input_weights():
    weights = initial_weights(np.random.default_rng(0), 100, 64)
    for name, array in weights.items():
        bound = 1 / np.sqrt(100 if name == "layer1.input" else 64)
        assert array.dtype == np.float32
        assert np.abs(array).max() <= bound, name
        if array.size > 100:
            assert np.abs(array).max() > 0.95 * bound, name
    assert weights["layer1.input"].shape == (256, 100)
    assert weights["layer2.input"].shape == weights["layer2.recurrent"].shape == (256, 64)


# Training


def test_the_number_of_threads_changes_no_bit(language, treebank, final):
    assert_same(trained(language, treebank, start(), threads=2), final)


class EveryEpoch(Checkpoints):
    """Checkpoints of all epochs, each read back from the file."""

    def __init__(self, path):
        super().__init__(path, "this run", every=0)
        self.states = []

    def save_if_due(self, snapshot):
        super().save_if_due(snapshot)
        self.states.append(State.from_checkpoint(*self.load()))


def test_a_run_that_was_stopped_ends_as_one_that_was_not(
    tmp_path, language, treebank, final
):
    checkpoints = EveryEpoch(tmp_path / "checkpoint.safetensors")
    trained(language, treebank, start(), checkpoints=checkpoints)
    assert [state.epoch for state in checkpoints.states] == [1, 2, 3, 4]
    seconds = [state.cpu_seconds for state in checkpoints.states]
    assert seconds == sorted(seconds) and seconds[0] > 0
    for state in checkpoints.states:
        assert_same(trained(language, treebank, state), final)
    checkpoints.remove()
    assert checkpoints.load() is None


def test_training_touches_no_global_generator_and_no_setting(language, treebank, final):
    before = random.getstate(), torch.get_rng_state(), torch.get_num_threads()
    numpy_before = np.random.get_state(legacy=False)["state"]["key"].copy()
    trained(language, treebank, start())
    assert random.getstate() == before[0]
    assert torch.equal(torch.get_rng_state(), before[1])
    assert torch.get_num_threads() == before[2]
    numpy_after = np.random.get_state(legacy=False)["state"]["key"]
    np.testing.assert_array_equal(numpy_after, numpy_before)


def test_the_last_epoch_tells_what_the_weights_then_do(language, treebank, final):
    batches = sorted_batches(language.examples(treebank["dev"]), 7)
    with Engine(language.vectors, RUN.n) as engine:
        loss, accuracy = evaluate(engine, final.weights, batches)
    assert accuracy == final.epochs[-1].dev_accuracy
    assert loss == pytest.approx(final.epochs[-1].dev_loss, rel=1e-5)


def test_torchs_lstm_trains_as_the_engine_does(language, treebank, final, monkeypatch):
    monkeypatch.setattr(TorchAdam, "__init__", on_the_cpu(TorchAdam.__init__))
    monkeypatch.setattr(TorchEngine, "__init__", on_the_cpu(TorchEngine.__init__))
    by_torch = trained(language, treebank, start(), device="cuda")
    np.testing.assert_allclose(by_torch.epochs, final.epochs, rtol=1e-3)
    for name, array in final.weights.items():
        np.testing.assert_allclose(by_torch.weights[name], array, atol=1e-3)


def on_the_cpu(function):
    """Return a function whose argument "cuda" is replaced by "cpu"."""

    def replaced(*arguments):
        return function(*("cpu" if isinstance(a, str) else a for a in arguments))

    return replaced


def test_curves_have_a_row_per_epoch(final):
    curves = learning_curves(final)
    assert curves["epoch"].tolist() == [0, 1, 2, 3]
    assert curves["dev_loss"].tolist() == [epoch.dev_loss for epoch in final.epochs]


@pytest.mark.slow
def test_the_change_of_weights_needs_fewer_ranks_on_the_synthetic_treebank():
    treebank = small_treebank(train=1600, dev=400)
    run = Run(seed=0, n=64, epochs=40, batch=64, learning_rate=0.02 / 64, dropout=0.5)
    vectors = synthetic_vectors(100, stream("vectors", "test"))
    language = language_of(run, treebank["train"], vectors)
    start = initial_state(run.initial_weights(100))
    final = trained(language, treebank, start, 2, run)
    assert final.epochs[-1].dev_accuracy > 0.85
    network = network_of(run, 100, final.weights)
    _, row = measured(network, language, treebank, final, threads=2)
    assert 0 < row.sufficient_rank_dW < row.sufficient_rank_W / 1.5
    assert row.lasting_rank_dW < row.lasting_rank_W / 1.5


def network_of(run, n_inputs, weights, **other):
    """Return a trained network, restored from the record of its training job."""
    initial = run.initial_weights(n_inputs)
    about = "lstm", run, "synthetic treebank", "cpu"
    trained = TrainedLSTM(*about, initial, weights, inputs_sha256={})
    record = {**trained.record, "machine": {"device": "cpu"}, **other}
    return TrainedLSTM.from_job(record, weights)


@pytest.fixture(scope="module")
def network(final):
    return network_of(RUN, DIMENSION, final.weights)


# Measurements


def measured(network, language, treebank, final, threads=1, train_ranks=2):
    """Return truncation.csv and the row of networks.csv."""
    results = evaluations(network.final, language, treebank, threads)
    truncation = truncation_curves(network, language, treebank, train_ranks, threads)
    truncation = compared_with_whole(truncation, results, 0.01)
    row = summary(network, results, truncation, learning_curves(final), 0.01)
    return truncation, row.iloc[0]


def test_initial_weights_are_drawn_again_and_checked(network):
    for name, array in start().weights.items():
        np.testing.assert_array_equal(network.initial[name], array)
    with pytest.raises(
        InputError, match=r"initial readout.bias of seed 3: other weights: expected"
    ):
        hashes = {"readout.bias": "0" * 64}
        network_of(RUN, DIMENSION, network.final, initial_sha256=hashes)


def test_spectra_are_singular_values_of_the_stacked_gates(network):
    table = spectra(network)
    assert len(table) == 3 * (DIMENSION + 3 * RUN.n)
    here = table[(table.layer == 2) & (table.weight == "recurrent")]
    dW = network.final["layer2.recurrent"] - network.initial["layer2.recurrent"]
    values = here[here.matrix == "dW"].sort_values("index").value
    np.testing.assert_allclose(values, np.linalg.svd(dW, compute_uv=False), rtol=1e-4)
    assert values.is_monotonic_decreasing


@pytest.mark.parametrize("target", ["W", "dW"])
def test_truncation_has_the_rank_it_says_and_ends_at_the_trained_weights(network, target):
    ranks = range(RUN.n + 1)
    weights = list(truncated_weights(network, target, ranks))
    for name in network.final:
        whole = network.initial[name] if target == "dW" else 0
        if name in TRUNCATED:
            for rank, truncated in zip(ranks, weights, strict=True):
                part = truncated[name] - whole
                assert np.linalg.matrix_rank(part, tol=1e-4) <= rank
            error = [np.linalg.norm(w[name] - network.final[name]) for w in weights]
            assert np.all(np.diff(error) < 1e-5)
            np.testing.assert_allclose(weights[-1][name], network.final[name], atol=1e-5)
        else:
            assert all(w[name] is network.final[name] for w in weights)


def test_every_rank_is_tested_for_both_targets(network, language, treebank, final):
    truncation, row = measured(network, language, treebank, final)
    assert truncation["rank"].tolist() == 2 * list(range(RUN.n))
    assert truncation["dev_accuracy"].between(0, 1).all()
    for name in ("", "smooth_"):
        for target in ("W", "dW"):
            first = row[f"{name}sufficient_rank_{target}"]
            assert 0 <= first <= row[f"{name}lasting_rank_{target}"] <= RUN.n
    assert row.dev_accuracy == final.epochs[-1].dev_accuracy
    assert row.epochs == RUN.epochs
    assert row.dev_loss_median == learning_curves(final).dev_loss.median()  # of all four
    labelled = network.labelled(truncation)
    assert labelled.columns.tolist()[:2] == ["experiment", "seed"]
    assert set(labelled.experiment) == {"lstm"}
    assert set(labelled.treebank) == {"synthetic treebank"}


def test_low_ranks_are_tested_on_all_training_sentences_too(
    network, language, treebank, final
):
    truncation, row = measured(network, language, treebank, final, train_ranks=3)
    known = truncation.train_accuracy.notna()
    assert truncation["rank"][known].tolist() == 2 * [0, 1, 2, 3]
    whole, *_ = truncation.query("target == 'dW' and rank == 3").itertuples()
    batches = sorted_batches(language.examples(treebank["train"]), 9)
    with Engine(language.vectors, RUN.n) as engine:
        (weights,) = truncated_weights(network, "dW", [3])
        _, accuracy = evaluate(engine, weights, batches)
    assert whole.train_accuracy == accuracy
    assert whole.train_change == pytest.approx(accuracy - row.train_accuracy)


def test_a_rank_of_few_sentences_does_not_decide_by_medians():
    # Of 100 sentences: rank 2 is good by chance, rank 6 bad by two sentences.
    curve = [0.5, 0.6, 0.8, 0.6, 0.7, 0.8, 0.77, 0.8, 0.8, 0.8]
    table = pd.DataFrame({"target": "dW", "rank": range(10), "dev_accuracy": curve})
    table = table.assign(train_accuracy=np.nan)
    results = {"train": (0.1, 0.9), "dev": (0.5, 0.8)}
    truncation = compared_with_whole(table, results, 0.01)
    network = SimpleNamespace(run=RUN, device="cpu")
    curves = pd.DataFrame({"epoch": range(7)}).assign(
        dev_accuracy=[0, 0, 0.7, 0.7, 0.9, 0.8, 0.1], dev_loss=1.0, train_accuracy=1.0
    )
    row = summary(network, results, truncation, curves, 0.01).iloc[0]
    assert (row.sufficient_rank_dW, row.lasting_rank_dW) == (2, 7)
    # Medians of five: 0.6, 0.6, 0.6, 0.7, 0.77, 0.77, 0.8, …
    assert (row.smooth_sufficient_rank_dW, row.smooth_lasting_rank_dW) == (6, 6)
    assert row.sufficient_share_dW == pytest.approx(0.01)
    assert row.lasting_share_dW == pytest.approx(0.02)
    assert truncation.dev_margin[4] == pytest.approx(-0.02)
    assert row.dev_accuracy_median == 0.7


def test_the_first_sufficient_rank_and_the_one_from_which_on_all_are():
    assert sufficient_ranks([0.5, 0.79, 0.7, 0.8], 0.78) == (1, 3)
    assert sufficient_ranks([0.8, 0.79], 0.78) == (0, 0)
    assert sufficient_ranks([0.5, 0.6], 0.78) == (2, 2)


@given(st.lists(st.floats(0, 1), max_size=20), st.floats(0, 1))
def test_sufficient_ranks_are_sufficient(accuracies, least):
    first, lasting = sufficient_ranks(accuracies, least)
    assert first <= lasting <= len(accuracies)
    assert all(accuracy < least for accuracy in accuracies[:first])
    assert all(accuracy >= least for accuracy in accuracies[lasting:])
    if lasting > 0:
        assert accuracies[lasting - 1] < least
