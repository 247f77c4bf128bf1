"""What figures do with networks that did not get where they should."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from interplay.figures import fig2
from interplay.figures.style import FORMATS, TASKS, save
from interplay.nonlinear.settled import complete


def networks(converged):
    """Return the columns of nonlinear.csv that Fig. 2 reads, two seeds at each g."""
    columns = {"experiment": "mante", "g": [0.0, 0.0, 0.9, 0.9], "seed": [0, 1] * 2}
    found = np.where(converged, 7, np.nan)
    return pd.DataFrame(
        columns
        | {"convergence_epoch": found, "functional_rank": found, "norm_dW": found}
        | {"shuffle_loss_ratio": found, "converged": converged}
    )


def test_a_strength_is_drawn_only_if_all_its_networks_converged():
    table = networks([True, False, True, True])
    whole = table[complete(table)]
    assert whole.g.tolist() == [0.9, 0.9]


def test_a_strength_at_which_some_networks_settled_is_an_open_circle():
    table = networks([True, False, True, True])
    axes = Figure().subplots()
    fig2.draw_against_g(axes, table, "norm_dW", color="k")
    line, circles = axes.lines
    assert line.get_xydata().tolist() == [[0.9, 7]]
    assert circles.get_xydata().tolist() == [[0.0, 7]]
    assert circles.get_markerfacecolor() == "none"


@pytest.mark.parametrize("converged", [[True] * 4, [True, False] * 2, [False] * 4])
def test_fig2_is_drawn_whatever_is_left_out(converged, tmp_path):
    save(
        fig2.draw(networks(converged), experiments={task: task for task in TASKS}),
        tmp_path / "fig2",
        "fig2",
        "0" * 64,
    )
    assert all((tmp_path / f"fig2.{suffix}").stat().st_size for suffix in FORMATS)
