"""Which rows of which table each panel of a figure shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Panel:
    """One panel: what it shows, of which rows."""

    shows: str
    table: str
    """file name of the table"""
    rows: str = ""
    """a pandas query, in which @name is an option of the figure; all rows if empty"""
    columns: tuple[str, ...] = ()
    """that are drawn"""

    def select(self, table: pd.DataFrame, **options: Any) -> pd.DataFrame:
        """Return the rows of the panel's table that it shows."""
        return table.query(self.rows, local_dict=options) if self.rows else table


def panels_of(figure: str) -> Mapping[str, Panel]:
    """Return the panels of a figure's module, by letter; none if it has none."""
    module = import_module(f"interplay.figures.{figure}")
    found = getattr(module, "PANELS", {})
    # Some modules call their labels PANELS, too.
    own = {letter: panel for letter, panel in found.items() if hasattr(panel, "shows")}
    return own or PANELS.get(figure, {})


_ONE = "experiment == @experiments['{}'] and seed == @seed"
_SETTLED = "converged and functional_rank == functional_rank"
_TASKS = ("flipflop", "mante", "romo")
_FIRST = {
    "a": ("a trial of {}", "nonlinear_trials.parquet", "g == @trial_g", "value"),
    "d": (
        "loss of {} during training",
        "nonlinear_loss.parquet",
        "g in @g and epoch < @epochs['{}']",
        "loss",
    ),
    "g": (
        "singular values of dW of {}",
        "nonlinear_spectrum.parquet",
        "g in @g and matrix == 'dW' and index <= 11",
        "value",
    ),
    "j": (
        "loss of {} with dW truncated",
        "nonlinear_truncation.csv",
        "g in @g and 1 <= rank <= 11",
        "loss",
    ),
}
_AGAINST_G = {
    "convergence_epoch": "convergence time against g",
    "norm_dW": "norm of dW against g",
    "shuffle_loss_ratio": "loss after shuffling W0 against g",
    "functional_rank": "functional rank against g",
}
_LINEAR = {
    "tau_star": "learning time against g",
    "norm_dW": "norm of dW against g",
    "mean_gradient_norm": "mean norm of the gradient against g",
    "shuffle_loss_ratio": "loss after shuffling W0 against g",
}


def _columns(table: str, rows: str, shown: Mapping[str, str]) -> dict[str, Panel]:
    return {
        letter: Panel(text, table, rows.format(column), (column,))
        for letter, (column, text) in zip("abcd", shown.items(), strict=True)
    }


PANELS: Mapping[str, Mapping[str, Panel]] = {
    "fig1": {
        chr(ord(start) + number): Panel(
            shows.format(task),
            table,
            f"{_ONE.format(task)} and {rows.format(task)}",
            (column,),
        )
        for start, (shows, table, rows, column) in _FIRST.items()
        for number, task in enumerate(_TASKS)
    },
    "fig2": _columns(
        "nonlinear.csv", f"experiment in @experiments.values() and {_SETTLED}", _AGAINST_G
    ),
    "fig3": {
        "a": Panel("a trial of the linear networks", "linear_trials.parquet"),
        **{
            letter: Panel(
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
    },
    "fig4": _columns("linear.csv", "{0} == {0}", _LINEAR),
    "fig5": {
        "a": Panel(
            "singular values of the recurrent weights of layer 2",
            "sentiment_spectrum.parquet",
            "experiment == @experiment and layer == 2 and weight == 'recurrent'",
            ("value",),
        ),
        "b": Panel(
            "accuracy after truncation",
            "sentiment_truncation.csv",
            "experiment == @experiment",
            ("dev_accuracy",),
        ),
    },
    "figS_linear_spectrum": {
        letter: Panel(
            f"singular values of dW, g number {row + 1}, target number {column + 1}",
            "linear_curves.parquet",
            f"zhat == @zhat[{column}] and g == @g[{row}]",
            ("s1", "s2", "s3", "s4", "s5"),
        )
        for letter, row, column in (("a", 0, 0), ("b", 0, 1), ("c", 1, 0), ("d", 1, 1))
    },
    "figS_published": {
        chr(ord(start) + number): Panel(
            f"{text} of {task}, all readings",
            "nonlinear.csv",
            f"task == '{task}' and {_SETTLED}",
            (column,),
        )
        for start, column, text in (
            ("a", "convergence_epoch", "convergence time"),
            ("d", "norm_dW", "norm of dW"),
        )
        for number, task in enumerate(_TASKS)
    },
    "figS_sentiment": {
        letter: Panel(text, table, f"experiment == @experiment{rows}", columns)
        for letter, text, table, rows, columns in (
            ("a", "loss", "sentiment_curves.csv", "", ("train_loss", "dev_loss")),
            (
                "b",
                "accuracy",
                "sentiment_curves.csv",
                "",
                ("train_accuracy", "dev_accuracy"),
            ),
            *(
                (
                    letter,
                    f"singular values of the {weight} weights of layer {layer}",
                    "sentiment_spectrum.parquet",
                    f" and layer == {layer} and weight == '{weight}'",
                    ("value",),
                )
                for letter, layer, weight in (
                    ("c", 1, "input"),
                    ("d", 1, "recurrent"),
                    ("e", 2, "input"),
                    ("f", 2, "recurrent"),
                )
            ),
        )
    },
    "overview": {
        "a": Panel("loss during training", "losses.parquet", "", ("loss",)),
        "b": Panel(
            "singular values of dW",
            "spectrum.parquet",
            "matrix == 'dW' and index <= 20",
            ("value",),
        ),
        "c": Panel("loss with dW truncated", "truncation.csv", "", ("loss",)),
        **{
            letter: Panel(text, "networks.csv", _SETTLED, (column,))
            for letter, (column, text) in zip("defg", _AGAINST_G.items(), strict=True)
        },
    },
}
