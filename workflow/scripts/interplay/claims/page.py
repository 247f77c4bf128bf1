"""The claims as a page of HTML."""

from html import escape

import pandas as pd

COLUMNS = {
    "id": "claim's id",
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


def claims_page(claims: pd.DataFrame) -> str:
    """Return a page with a row a claim; claims is claims.csv."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in COLUMNS.values())
    rows = "\n".join(_row(claim) for claim in claims.to_dict("records"))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Claims</title><style>{STYLE}</style></head>\n<body><table>\n"
        f"<tr>{heads}</tr>\n{rows}\n</table></body></html>\n"
    )


def _row(claim: dict) -> str:
    shown = claim | {"measured": claim["reason"]}
    if claim["parts"]:
        shown["measured"] = f"{claim['measured']:.3g} ± {claim['spread']:.2g}"
    cells = "".join(f"<td>{escape(str(shown[name]))}</td>" for name in COLUMNS)
    return f'<tr class="{claim["verdict"].replace(" ", "-")}">{cells}</tr>'
