"""Parts that figures share."""

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from interplay.figures import style


@pytest.mark.parametrize("lowest", [1e-9, 1e-5, 1e-3, 0.05, 0.4])
def test_a_logarithmic_axis_has_numbers_whatever_its_length(lowest):
    with mpl.rc_context(style.RC):
        # As high as a panel of a figure of three rows.
        ax = Figure(figsize=(2, 1.4)).subplots()
        ax.plot([1, 2], [lowest, 3.0])
        style.use_log_axis(ax)
        low, high = ax.get_ylim()
        shown = [tick for tick in ax.get_yticks() if low <= tick <= high]
    assert 2 <= len(shown) <= 10
