"""Fig. 2 where some or all networks of a g did not settle."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from interplay.figures import fig2
from interplay.figures.style import FORMATS, RC, STRIP, save
from interplay.site.boxes import panel_boxes
from interplay.tables.networks import with_decisions
from tests.figures import tables


def settled_or_not(converged):
    """Return networks of Mante, two seeds at g = 0 and at g = 0.9."""
    rows = tables.nonlinear(["mante"]).query("g < 1").reset_index(drop=True)
    lost = ~np.array(converged)
    rows.loc[lost, "converged"] = False
    rows.loc[lost, ["convergence_epoch", "functional_rank"]] = np.nan
    return with_decisions(rows, 25)


def test_the_line_passes_through_strengths_at_which_some_networks_settled():
    table = settled_or_not([True, False, True, True])
    axes = Figure().subplots()
    fig2.draw_against_g(axes, table, "norm_dW", "k")
    line, some, whole = axes.lines
    assert line.get_xdata().tolist() == [0.0, 0.9]
    assert line.get_ydata()[0] == table.norm_dW[0]
    assert some.get_xydata().tolist() == [[0.0, table.norm_dW[0]]]
    assert some.get_markerfacecolor() == "white"
    assert whole.get_markerfacecolor() == "k"


def test_a_strength_at_which_none_settled_is_marked_above_the_axis():
    rest = tables.nonlinear(["flipflop", "romo"])
    table = pd.concat([rest, settled_or_not([True, True, False, False])])
    figure = fig2.draw(table, experiments=tables.EXPERIMENTS)
    crosses = [line for line in figure.axes[0].lines if line.get_marker() == "x"]
    assert [cross.get_xdata().tolist() for cross in crosses] == [[0.9]]
    assert crosses[0].get_ydata()[0] > 0.8
    highest = max(line.get_ydata().max() for line in figure.axes[0].lines[:-1])
    low, high = figure.axes[0].get_ylim()
    assert np.log(highest / low) < 0.8 * np.log(high / low)
    assert crosses[0].get_transform() == figure.axes[0].get_xaxis_transform()
    labels = [text.get_text() for text in figure.legends[0].texts]
    assert labels[-2:] == ["some settled", "none settled"]


@pytest.mark.parametrize("converged", [[True] * 4, [True, False] * 2, [False] * 4])
def test_fig2_is_drawn_whatever_is_left_out(converged, tmp_path):
    figure = fig2.draw(settled_or_not(converged), experiments=tables.EXPERIMENTS)
    save(figure, tmp_path / "fig2", "fig2", "0" * 64)
    assert all((tmp_path / f"fig2.{suffix}").stat().st_size for suffix in FORMATS)


def test_a_mark_is_above_the_figure_and_moves_no_panel(tmp_path):
    def saved(name, *mark):
        """Return the pixels, and the distance of the panels from the lower edge in inches."""
        figure = fig2.draw(tables.nonlinear(), experiments=tables.EXPERIMENTS)
        save(figure, tmp_path / name, "fig2", "0" * 64, *mark)
        pixels = imread(tmp_path / f"{name}.png")
        boxes = panel_boxes((tmp_path / f"{name}.svg").read_text()).values()
        height = len(pixels) / RC["savefig.dpi"]
        return pixels, [height * (1 - box.top / 100) for box in boxes]

    (whole, panels), (marked, below_mark) = saved("whole"), saved("marked", "preview")
    strip = len(marked) - len(whole)
    assert strip == round(STRIP * RC["savefig.dpi"])
    assert marked[:strip].min() < 0.9
    assert below_mark == pytest.approx(panels, abs=0.01)
