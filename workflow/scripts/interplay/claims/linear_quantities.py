"""Quantities of the claims about the further experiments with linear networks."""

import numpy as np
import pandas as pd


def share_at_time(rows: pd.DataFrame, column: str, of: str, tau: float) -> float:
    """Return one column over another at a learning time.

    Args:
        rows: the epochs of one network, with a column `tau`.
        column: name of the numerator.
        of: name of the denominator.
        tau: learning time; both columns are interpolated linearly.

    Returns:
        The quotient; NaN if the training ended before `tau`.
    """
    ordered = rows.sort_values("tau")
    numerator, denominator = (
        np.interp(tau, ordered.tau, ordered[name], right=np.nan) for name in (column, of)
    )
    return float(numerator / denominator)
