"""The claims as a page of HTML."""

from collections.abc import Mapping
from html import escape
from math import isfinite
from typing import Any

import pandas as pd

COLUMNS = {
    "id": "claim's id",
    "reading": "reading",
    "where": "where",
    "claim": "claim",
    "expected": "expected",
    "measured": "measured",
    "part": "of",
    "verdict": "verdict",
}

STYLE = """
body { font: 14px sans-serif; margin: 1.5em; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.3em 0.6em; }
tr { border-bottom: 1px solid #ddd; }
.holds { background: #e3f1e3; } .holds-partly { background: #fdf3d8; }
.fails { background: #f8dcdc; } .not-tested { background: #eee; }
"""


def measured_value(claim: Mapping[str, Any] | pd.Series) -> str:
    """Return the measured value of a row of claims.csv, with its spread over seeds."""
    if not claim["parts"]:
        return ""
    has_spread = claim["seeds"] > 1 and isfinite(claim["spread"])
    spread = f" ± {claim['spread']:.2g}" if has_spread else ""
    return f"{claim['measured']:.3g}{spread}"


def claims_page(claims: pd.DataFrame) -> str:
    """Return a page with a row per claim and reading; claims is claims.csv."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in COLUMNS.values())
    rows = "\n".join(_row(claim) for claim in claims.to_dict("records"))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Claims</title><style>{STYLE}</style></head>\n<body><table>\n"
        f"<tr>{heads}</tr>\n{rows}\n</table></body></html>\n"
    )


def _row(claim: dict) -> str:
    shown = claim | {"measured": measured_value(claim) or claim["reason"]}
    cells = "".join(f"<td>{escape(str(shown[name]))}</td>" for name in COLUMNS)
    return f'<tr class="{claim["verdict"].replace(" ", "-")}">{cells}</tr>'
