"""The LSTM's gradient against torch's, its training, resumption and truncation."""

import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.runs.checkpoints import load_checkpoint, save_checkpoint
from interplay.runs.streams import stream
from interplay.sentiment.lstm import lstm_layer, reference_layer
from interplay.sentiment.measurements import (
    TRUNCATED,
    TrainedLSTM,
    spectra,
    sufficient_rank,
    summary,
    truncated_weights,
    truncation_curves,
)
from interplay.sentiment.model import Dropout, initial_weights, logits
from interplay.sentiment.synthetic import synthetic_trees, synthetic_vectors
from interplay.sentiment.training import (
    Run,
    State,
    evaluate,
    fingerprints,
    initial_state,
    side_by_side,
    train,
)
from interplay.sentiment.treebank import build_treebank
from interplay.sentiment.vocabulary import sorted_batches
from interplay.storage.errors import InputError

RUN = Run(seed=3, n=8, epochs=4, batch=16, learning_rate=0.01, dropout=0.5)
DIMENSION = 6


@pytest.fixture(scope="module")
def treebank():
    sizes = {"train": 90, "dev": 40, "test": 40}
    trees = {s: synthetic_trees(n, stream("trees", "test", s)) for s, n in sizes.items()}
    return build_treebank(trees)


@pytest.fixture(scope="module")
def language(treebank):
    vectors = synthetic_vectors(DIMENSION, stream("vectors", "test"))
    return RUN.language(treebank["train"], vectors)


def start():
    return initial_state(RUN.initial_weights(DIMENSION))


def tensors(arrays):
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def trained(language, treebank, state, threads=1, run=RUN, **options):
    sets = treebank["train"], treebank["dev"]
    return train(run, language, *sets, state, threads, **options)


@pytest.fixture(scope="module")
def final(language, treebank):
    return trained(language, treebank, start())


def assert_same(one, other):
    assert one.epochs == other.epochs
    assert one.steps == other.steps
    for kind in ("weights", "means", "squares"):
        for name, array in getattr(one, kind).items():
            np.testing.assert_array_equal(array, getattr(other, kind)[name], name)


# The layer


@settings(max_examples=25, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 7), min_size=1, max_size=5),
    n_inputs=st.integers(1, 9),
    n=st.integers(1, 20),
    seed=st.integers(0, 2**32),
)
def test_states_and_gradients_are_those_of_torch(lengths, n_inputs, n, seed):
    sizes = torch.tensor(
        [sum(length > t for length in lengths) for t in range(max(lengths))]
    )
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(shape, generator=generator).requires_grad_()

    arguments = [draw(sum(lengths), n_inputs), draw(4 * n, n_inputs), draw(4 * n, n)]
    arguments.append(draw(4 * n))
    x, *weights = arguments
    weighting = torch.randn((sum(lengths), n), generator=generator)
    found = []
    for layer in (lstm_layer, reference_layer):
        hidden = layer(x, sizes, *weights)
        gradients = torch.autograd.grad((hidden * weighting).sum(), arguments)
        found.append([hidden, *gradients])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_the_readout_is_that_of_torch_modules(treebank, language):
    weights = tensors(start().weights)
    lstm = torch.nn.LSTM(DIMENSION, RUN.n, num_layers=2)
    names = {"weight_ih": "input", "weight_hh": "recurrent"}
    names |= {"bias_ih": "input_bias", "bias_hh": "recurrent_bias"}
    with torch.no_grad():
        for theirs, ours in names.items():
            for layer in (1, 2):
                parameter = getattr(lstm, f"{theirs}_l{layer - 1}")
                parameter.copy_(weights[f"layer{layer}.{ours}"])
    (batch, *_) = sorted_batches(language.examples(treebank["dev"]), 16)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        language.vectors[batch.words], batch.lengths
    )
    _, (last, _) = lstm(packed)
    expected = last[-1] @ weights["readout.weight"][0] + weights["readout.bias"]
    torch.testing.assert_close(
        logits(weights, language.vectors, batch), expected, rtol=1e-4, atol=1e-6
    )


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


def test_dropout_keeps_the_mean_and_follows_its_generator():
    ones = torch.ones(400, 400)
    first, second = (Dropout(0.3, torch.Generator().manual_seed(1))(ones) for _ in "ab")
    assert torch.equal(first, second)
    torch.testing.assert_close(first.unique(), torch.tensor([0, 1 / 0.7]))
    assert abs(first.mean() - 1) < 0.01


# Training


def test_the_number_of_threads_changes_no_bit(language, treebank, final):
    assert_same(trained(language, treebank, start(), threads=2), final)


def test_a_run_that_was_stopped_ends_as_one_that_was_not(
    tmp_path, language, treebank, final
):
    kept = []
    trained(language, treebank, start(), keep=kept.append, keep_every=0)
    assert [len(state.epochs) for state in kept] == [1, 2, 3, 4]
    for state in kept[:3]:
        save_checkpoint(state, "this run", tmp_path / "checkpoint.safetensors")
        again = load_checkpoint(State, "this run", tmp_path / "checkpoint.safetensors")
        assert_same(again, state)
        assert again.wall_seconds == state.wall_seconds
        assert_same(trained(language, treebank, again), final)


def test_a_checkpoint_of_another_run_is_not_taken_up_and_a_damaged_one_is_named(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    assert load_checkpoint(State, "this run", path) is None
    save_checkpoint(start(), "this run", path)
    assert load_checkpoint(State, "another run", path) is None
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(InputError, match=r"checkpoint.safetensors: expected"):
        load_checkpoint(State, "this run", path)


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
    with side_by_side(2) as apply:
        loss, accuracy = evaluate(
            tensors(final.weights), language.vectors, batches, apply
        )
    assert accuracy == final.epochs[-1].dev_accuracy
    assert loss == pytest.approx(final.epochs[-1].dev_loss, rel=1e-5)


@pytest.mark.slow
def test_the_network_learns_the_synthetic_treebank():
    sizes = {"train": 1600, "dev": 400}
    trees = {s: synthetic_trees(n, stream("trees", "test", s)) for s, n in sizes.items()}
    treebank = build_treebank(trees)
    run = Run(seed=0, n=256, epochs=40, batch=64, learning_rate=0.01 / 256, dropout=0.5)
    language = run.language(
        treebank["train"], synthetic_vectors(100, stream("vectors", "test"))
    )
    state = initial_state(run.initial_weights(100))
    assert trained(language, treebank, state, 2, run).epochs[-1].dev_accuracy > 0.85


# Analysis


@pytest.fixture(scope="module")
def network(final):
    record = {
        "run": vars(RUN),
        "treebank": "synthetic treebank",
        "n_inputs": DIMENSION,
        "initial_sha256": fingerprints(RUN.initial_weights(DIMENSION)),
        "machine": {"device": "cpu"},
    }
    return TrainedLSTM.from_job(record, final.weights)


def test_initial_weights_are_drawn_anew_and_checked(network, final):
    record = {"run": vars(RUN), "treebank": "", "n_inputs": DIMENSION}
    record |= {"machine": {"device": "cpu"}, "initial_sha256": {"readout.bias": "0" * 64}}
    for name, array in start().weights.items():
        np.testing.assert_array_equal(network.initial[name], array)
    with pytest.raises(
        InputError, match=r"initial readout.bias of seed 3: expected sha256"
    ):
        TrainedLSTM.from_job(record, network.final)


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
        kept = network.initial[name] if target == "dW" else 0
        if name in TRUNCATED:
            for rank, truncated in zip(ranks, weights, strict=True):
                part = truncated[name] - kept
                assert np.linalg.matrix_rank(part, tol=1e-4) <= rank
            error = [np.linalg.norm(w[name] - network.final[name]) for w in weights]
            assert np.all(np.diff(error) < 1e-5)
            np.testing.assert_allclose(weights[-1][name], network.final[name], atol=1e-5)
        else:
            assert all(w[name] is network.final[name] for w in weights)


def test_every_rank_is_tested_for_both_targets(network, language, treebank, final):
    truncation = truncation_curves(network, language, treebank["dev"], threads=1)
    assert truncation["rank"].tolist() == 2 * list(range(RUN.n))
    assert truncation["dev_accuracy"].between(0, 1).all()
    row = summary(network, language, treebank, truncation, 0.01, threads=1).iloc[0]
    assert row.dev_accuracy == final.epochs[-1].dev_accuracy
    assert row.epochs == RUN.epochs
    labelled = network.labelled(truncation)
    assert labelled.columns.tolist()[0] == "seed"
    assert set(labelled.treebank) == {"synthetic treebank"}


def test_the_sufficient_rank_is_the_first_that_suffices():
    assert sufficient_rank([0, 1, 2, 3], [0.5, 0.79, 0.7, 0.8], 0.78) == 1
    assert sufficient_rank([0, 1], [0.5, 0.6], 0.78) is None
