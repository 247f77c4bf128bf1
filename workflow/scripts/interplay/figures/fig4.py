"""Fig. 4: how learning depends on g in the linear network."""

import pandas as pd
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.linear import DASHED, draw_against_g, target_colours
from interplay.figures.panels import Panel, lettered

QUANTITIES = {
    "tau_star": ("learning time", r"$\tau^*$, relative"),
    "norm_dW": ("norm of dW", r"$\|\Delta W\|$, relative"),
    "mean_gradient_norm": ("mean norm of the gradient", r"$\|dW / d\tau\|$, relative"),
    "shuffle_loss_ratio": (
        "loss after shuffling W0",
        r"shuffled loss / $(\hat{z}^2 / 2)$",
    ),
}
"""quantity of each panel, its name, and the label of its axis; "relative" means divided by the
mean at g = 0 of the same target"""

SHOWN = "experiment == 'linear' and quantity == '{}'"
"""rows of a panel"""

PANELS = lettered(
    *(
        Panel(
            f"{name} against g",
            "first_order.csv",
            f"{SHOWN.format(quantity)} and relative.notna()",
            ("relative",),
        )
        for quantity, (name, _) in QUANTITIES.items()
    )
)


def draw(networks: pd.DataFrame, scalings: pd.DataFrame) -> Figure:
    """Draw panels (a) to (d): mean and standard deviation over seeds against g.

    Args:
        networks: the table first_order.csv.
        scalings: the table linear_scalings.csv, first-order theory.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 1.9))
    axes = figure.subplots(1, 4)
    networks = networks[networks.experiment == "linear"]
    colours = target_colours(networks.zhat.unique().tolist())
    for ax, (quantity, (_, label)) in zip(axes, QUANTITIES.items(), strict=True):
        rows = networks.query(SHOWN.format(quantity))
        for zhat, colour in colours.items():
            table = rows[rows.zhat == zhat]
            line = {"label": rf"$\hat{{z}} = {zhat}$", "color": colour}
            draw_against_g(ax, table, "relative", **line)
        theory = {"color": style.INK, "ls": DASHED, "lw": 0.9, "label": "theory"}
        ax.plot(scalings.g, scalings[quantity], **theory)
        ax.set(xlabel="$g$", ylabel=label, xlim=(0, None), ylim=(0, None))
        ax.set_xticks([0, 0.3, 0.6, 0.9])
    axes[2].legend(loc="upper left", handlelength=1.5, borderaxespad=0)
    style.letter_panels(axes)
    return figure
