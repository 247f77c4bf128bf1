"""Fig. 1: traces of a trial."""

from itertools import pairwise

import pandas as pd
from matplotlib.figure import Figure

from interplay.figures import fig1
from tests.figures import tables


def test_traces_of_fig1_do_not_touch():
    figure = Figure()
    ax = figure.subplots()
    wild = tables.trials().query("experiment == 'mante' and kind == 'output' and g == 0")
    wild = pd.concat([wild, wild.assign(channel=2, value=0.0)])
    offsets = fig1._draw_channels(ax, wild[wild.seed == 0], "z", "k")
    ranges = [(line.get_ydata().min(), line.get_ydata().max()) for line in ax.lines]
    assert list(offsets) == [0, 1, 2]
    for above, below in pairwise(ranges):
        assert above[0] > below[1]
