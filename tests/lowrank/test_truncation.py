"""Truncations, factors, functional rank and shuffling of any matrix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interplay.lowrank.factored import Factored, pack, unpack
from interplay.lowrank.shuffle import shuffle_entries
from interplay.lowrank.spectrum import eigenvalues, singular_values
from interplay.lowrank.truncation import factors, functional_rank, truncations
from interplay.storage.errors import InputError

shapes = st.tuples(st.integers(1, 12), st.integers(1, 12))


@given(shapes, st.integers(0, 10**6))
def test_truncations_are_the_best_approximations_of_their_rank(shape, seed):
    dW = np.random.default_rng(seed).standard_normal(shape)
    s = singular_values(dW)
    ranks = range(len(s) + 1)
    for rank, part in zip(ranks, truncations(dW, ranks), strict=True):
        assert np.linalg.matrix_rank(part) <= rank
        # Eckart and Young: the error is what the other singular values make up.
        error = np.linalg.norm(dW - part)
        np.testing.assert_allclose(error, np.linalg.norm(s[rank:]), atol=1e-12)
        left, right = factors(dW, rank)
        np.testing.assert_allclose(left @ right, part, atol=1e-12)


@given(st.integers(1, 12), st.integers(0, 10**6))
def test_eigenvalues_are_those_of_the_matrix_largest_first(n, seed):
    matrix = np.random.default_rng(seed).standard_normal((n, n))
    values = eigenvalues(matrix)
    np.testing.assert_allclose(values.sum(), np.trace(matrix), atol=1e-9)
    assert np.all(np.diff(np.abs(values)) <= 1e-9)


@given(shapes, st.integers(0, 10**6))
def test_shuffling_permutes_the_entries(shape, seed):
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal(shape)
    mixed = shuffle_entries(matrix, rng)
    np.testing.assert_array_equal(np.sort(mixed, axis=None), np.sort(matrix, axis=None))


def test_shuffling_leaves_no_row_and_no_column_together():
    n = 64
    row, column = np.indices((n, n))
    for index in (row, column):
        mixed = shuffle_entries(index, np.random.default_rng(0))
        # A row and a column of the mixed matrix draw from many, as independent entries do.
        assert min(len(set(line)) for line in (*mixed, *mixed.T)) > n / 2


def test_functional_rank():
    assert functional_rank(np.array([1, 0.2, 0.01, 0.3]), 0.05) == 2
    assert functional_rank(np.array([1.0]), 0.05) is None


@given(st.integers(0, 9) | st.none(), st.sampled_from(["", "g0.9/seed3"]))
def test_weights_are_rebuilt_from_a_file_of_factors(rank, name):
    rng = np.random.default_rng(0)
    dW, B = rng.standard_normal((9, 9), np.float32), rng.standard_normal((9, 2))
    data = pack({name: Factored.of({"W": dW}, {"B": B}, rank)}, "run", {"g": 0.9})
    networks, run = unpack(data, "run")
    assert run == {"g": 0.9}
    assert networks.keys() == {name}
    W0 = np.ones_like(dW)
    weights = networks[name].weights({"W": W0, "B": np.zeros((9, 2))})
    (expected,) = truncations(dW, [9 if rank is None else rank])
    np.testing.assert_allclose(weights["W"], W0 + expected, atol=1e-5)
    np.testing.assert_array_equal(weights["B"], B)
    assert networks[name].nbytes == B.nbytes + 4 * (81 if rank is None else 18 * rank)


FUNCTIONS = {
    "singular_values": singular_values,
    "eigenvalues": eigenvalues,
    "truncations": lambda matrix: [*truncations(matrix, [1])],
    "shuffle_entries": lambda matrix: shuffle_entries(matrix, np.random.default_rng(0)),
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_only_matrices_of_finite_real_numbers_are_taken(function):
    whole = np.arange(9).reshape(3, 3)
    for same in (whole.tolist(), np.asfortranarray(whole), whole.astype(">f8")):
        np.testing.assert_allclose(function(same), function(whole.astype(float)))
    for wrong, line in (
        (whole * 1j, "expected real numbers, found complex128"),
        (
            whole / [1, 2, 0.0 * np.nan],
            r"expected finite float64 numbers, found nan at \(0, 2\)",
        ),
        (whole[None], r"expected shape \(M, N\), found \(1, 3, 3\)"),
        (whole[0], r"expected shape \(M, N\), found \(3,\)"),
        (whole[:0], r"expected numbers, found none in shape \(0, 3\)"),
        (np.ma.masked_equal(whole, 3), "expected a plain array, found a masked array"),
        (None, "expected real numbers, found object"),
    ):
        with pytest.raises(InputError, match=rf"^(matrix|dW): {line}$"):
            function(wrong)


@pytest.mark.parametrize("rank", [-1, 1.5, "1", None])
def test_a_rank_that_is_none_is_refused_when_it_is_given(rank):
    with pytest.raises(InputError, match="ranks: expected a whole number from 0, found"):
        truncations(np.eye(3), [rank])


@pytest.mark.parametrize(
    ("losses", "threshold"),
    [([1, np.nan], 0.5), ([[1, 0]], 0.5), ([], 0.5), ([1, 0], np.nan), ([1, 0], "0.5")],
)
def test_a_functional_rank_of_what_are_no_losses_is_refused(losses, threshold):
    with pytest.raises(InputError, match=r"^(losses|threshold): expected"):
        functional_rank(losses, threshold)
