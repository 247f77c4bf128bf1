"""Random streams: equal for equal runs, and for no others."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from interplay.runs.streams import stream

seeds = st.integers(0, 2**64) | st.integers(2**53 - 2, 2**53 + 4)


def first(seed):
    return stream("connectivity", "nonlinear", "mante", 0.9, seed).integers(2**63)


@given(seeds, seeds)
def test_runs_are_paired_by_the_value_of_their_seed_however_large(one, other):
    assert (first(one) == first(other)) == (one == other)


def test_streams_of_the_archived_run_stay_as_they_are():
    assert first(0) == first(0.0) == first(np.int64(0)) == FIRST


FIRST = stream("connectivity", "nonlinear", "mante", "0.9", "0.0").integers(2**63)
