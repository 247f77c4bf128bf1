"""Claims in the list of claims: sections, verdicts and measured values."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

import pandas as pd

from interplay.provenance.subjects import text
from interplay.site.jobs import Content


def claim_content(row: pd.Series, page: str) -> Content:
    """Return what the list of claims shows of a row of claims.csv.

    Args:
        row: of claims.csv.
        page: of the claim.
    """
    return {
        "href": page, "id": row.id, "reading": row.reading, "verdict": row.verdict,
        "where": row["where"], "section": text(row["where"]).split(",")[0],
        "claim": row.claim, "expected": text(row.expected),
        "measured": measured_value(row),
    }  # fmt: skip


def by_section(claims: Iterable[Content]) -> list[Content]:
    """Return the claims of each section, the readings of a claim next to each other.

    Returns:
        A section each: its name, its anchor and its claims. Sections come by their number,
        captions of figures after them.
    """
    sections: dict[str, dict[str, list[Content]]] = {}
    for claim in claims:
        same = sections.setdefault(claim["section"], {})
        same.setdefault(claim["id"], []).append(claim)
    return [
        {"name": name, "anchor": re.sub(r"\s", "_", name),
         "claims": [claim for readings in same.values() for claim in readings]}
        for name, same in sorted(sections.items(), key=lambda item: _order(item[0]))
    ]  # fmt: skip


def _order(section: str) -> tuple[bool, list[int], str]:
    numbers = [int(number) for number in re.findall(r"\d+", section)]
    return not section.startswith("Section"), numbers, section


def verdict_counts(claims: Iterable[Content]) -> list[tuple[str, Counter[str]]]:
    """Return the count of each verdict, by reading."""
    counts: dict[str, Counter[str]] = {}
    for claim in claims:
        counts.setdefault(claim["reading"], Counter())[claim["verdict"]] += 1
    return list(counts.items())


def measured_value(claim: Mapping[str, Any] | pd.Series) -> str:
    """Return the measured value of a row of claims.csv, with its spread over seeds."""
    if not claim["parts"]:
        return ""
    has_spread = claim["seeds"] > 1 and isfinite(claim["spread"])
    spread = f" ± {claim['spread']:.2g}" if has_spread else ""
    return f"{claim['measured']:.3g}{spread}"
