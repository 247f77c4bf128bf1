"""Tables that are made in parts."""

from collections.abc import Iterable

import pandas as pd


def concatenated(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all parts.

    A part of networks that all diverged has no rows, nor dtypes of its own: it counts only
    if every part is empty.
    """
    parts = list(parts)
    filled = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(filled, ignore_index=True)
