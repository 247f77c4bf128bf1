"""From timings to the table that is printed and kept."""

import numpy as np
import pandas as pd

from bench.timing import ENGINE

COLUMNS = [
    "experiment",
    "case",
    "N",
    "implementation",
    "rounds",
    "cpu_seconds",
    "lowest",
    "highest",
    "sgemm_share",
    "peak_share",
    "times_engine",
]


def summary(timings: pd.DataFrame, operations: float | None) -> pd.DataFrame:
    """Return a row an implementation, medians over the rounds.

    Args:
        timings: of one experiment, see `timing.in_turn`.
        operations: floating-point operations an epoch; None if they are not counted.

    Returns:
        implementation, rounds, cpu_seconds (an epoch), lowest and highest of them,
        sgemm_share (of the machine's own rate in the same round), peak_share (of the
        tile's in the nearest cache), times_engine
        (this time divided by the engine's in the same round).
    """
    engine = timings[timings["implementation"] == ENGINE].set_index("round")
    rows = []
    for name, own in timings.groupby("implementation", sort=False):
        own = own.set_index("round")
        seconds = own["cpu_seconds"]
        shares = {"sgemm_share": np.nan, "peak_share": np.nan}
        if operations is not None:
            for share, rate in (
                ("sgemm_share", "sgemm_rate"),
                ("peak_share", "tile_rate"),
            ):
                shares[share] = (operations / seconds / own[rate]).median()
        rows.append(
            {
                "implementation": name,
                "rounds": len(own),
                "cpu_seconds": seconds.median(),
                "lowest": seconds.min(),
                "highest": seconds.max(),
                **shares,
                "times_engine": (seconds / engine["cpu_seconds"]).median(),
            }
        )
    return pd.DataFrame(rows)


def growth_exponent(sizes: pd.DataFrame) -> float:
    """Fit cpu_seconds ∝ N^exponent to the engine's times, by least squares of the logs."""
    own = sizes[sizes["implementation"] == ENGINE]
    return float(np.polyfit(np.log(own["N"]), np.log(own["cpu_seconds"]), 1)[0])


def lstm_ratio(table: pd.DataFrame) -> float:
    """Return the rate of the LSTM's engine over the mean of the rate networks' engines."""
    engines = table[table["implementation"] == ENGINE].groupby("experiment").peak_share
    means = engines.mean()
    return float(means["lstm"] / means["training"])


def as_text(table: pd.DataFrame) -> str:
    """Return the table for a terminal: milliseconds, and empty where nothing applies."""
    shown = table.assign(
        **{
            f"{name} [ms]": (1000 * table[column]).map("{:.2f}".format)
            for name, column in (
                ("CPU an epoch", "cpu_seconds"),
                ("lowest", "lowest"),
                ("highest", "highest"),
            )
        },
        **{
            share: table[share].map("{:.2f}".format).replace("nan", "")
            for share in ("sgemm_share", "peak_share")
        },
        times_engine=table["times_engine"].map("{:.2f}".format),
    )
    return shown.drop(columns=["cpu_seconds", "lowest", "highest"]).to_string(index=False)
