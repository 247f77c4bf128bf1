"""Which rows of which table each panel of the paper's figures shows."""

from collections.abc import Mapping
from dataclasses import dataclass

# `@name` in a query is an option of the figure's rule.
_ONE_SEED = "(task != 'flipflop' or hold == @hold) and seed == @seed"
_FIG2 = "task != 'flipflop' or hold == @hold"


@dataclass(frozen=True)
class Panel:
    """One panel: what it shows, of which rows."""

    shows: str
    table: str
    """file name in the tables folder"""
    rows: str = ""
    """a pandas query; all rows if empty"""
    columns: tuple[str, ...] = ()
    """that are drawn"""


def _fig1() -> Mapping[str, Panel]:
    panels = {}
    for column, task in enumerate(("flipflop", "mante", "romo")):
        of_task = f"task == '{task}' and {_ONE_SEED}"
        shown = {
            "a": Panel(
                f"a trial of {task}",
                "nonlinear_trials.parquet",
                f"{of_task} and g == @trial_g",
                ("value",),
            ),
            "d": Panel(
                f"loss of {task} during training",
                "nonlinear_loss.parquet",
                f"{of_task} and g in @g and epoch < @epochs['{task}']",
                ("loss",),
            ),
            "g": Panel(
                f"singular values of dW of {task}",
                "nonlinear_spectrum.parquet",
                f"{of_task} and g in @g and matrix == 'dW' and index <= 11",
                ("value",),
            ),
            "j": Panel(
                f"loss of {task} with dW truncated",
                "nonlinear_truncation.csv",
                f"{of_task} and g in @g and 1 <= rank <= 11",
                ("loss",),
            ),
        }
        panels |= {
            f"fig1{chr(ord(first) + column)}": panel for first, panel in shown.items()
        }
    return panels


def _of_networks(figure: str, table: str, rows: str) -> Mapping[str, Panel]:
    shown = {
        "norm_dW": "norm of dW against g",
        "shuffle_loss_ratio": "loss after shuffling W0 against g",
    }
    first = {
        "fig2": {"convergence_epoch": "convergence time against g"} | shown
        | {"functional_rank": "functional rank against g"},
        "fig4": {"tau_star": "learning time against g", "norm_dW": shown["norm_dW"]}
        | {"mean_gradient_norm": "mean norm of the gradient against g"}
        | {"shuffle_loss_ratio": shown["shuffle_loss_ratio"]},
    }[figure]  # fmt: skip
    return {
        f"{figure}{letter}": Panel(text, table, rows, (column,))
        for letter, (column, text) in zip("abcd", first.items(), strict=True)
    }


PANELS: Mapping[str, Panel] = {
    **_fig1(),
    **_of_networks("fig2", "nonlinear.csv", _FIG2),
    "fig3a": Panel("a trial of the linear networks", "linear_trials.parquet"),
    **{
        f"fig3{letter}": Panel(
            f"{text} of the linear networks, {which} target",
            "linear_curves.parquet",
            f"zhat == @zhat[{number}] and g in @g",
            columns,
        )
        for letter, text, number, which, columns in (
            ("b", "loss", 0, "first", ("loss",)),
            ("c", "loss", 1, "second", ("loss",)),
            ("d", "singular values", 0, "first", ("s1", "s2")),
            ("e", "singular values", 1, "second", ("s1", "s2")),
        )
    },
    **_of_networks("fig4", "linear.csv", ""),
    "fig5a": Panel(
        "singular values of the recurrent weights of layer 2",
        "sentiment_spectrum.parquet",
        "layer == 2 and weight == 'recurrent'",
        ("value",),
    ),
    "fig5b": Panel(
        "accuracy after truncation", "sentiment_truncation.csv", "", ("dev_accuracy",)
    ),
}
