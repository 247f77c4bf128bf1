"""Explanations of claims that do not hold, each resting on a measurement in the tables."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from interplay.claims.statement import Claim
from interplay.claims.verdict import FAILS, HOLDS, PARTLY, judge, measure
from interplay.configuration.files import read_yaml
from interplay.configuration.schema import problems
from interplay.storage.errors import InputError

COLUMNS = [
    "id", "reading", "cause", "text", "expected", "measured", "tables", "rows", "shown",
]  # fmt: skip

FIGURE, WITHIN, UNEXPLAINED = "published figure", "within errors", "not explained"
"""causes that need no explanation in the file, see `cause_of`"""


@dataclass(frozen=True)
class Explanation:
    """A reason for a claim's verdict, and the measurement that it rests on."""

    cause: str
    """published figure, threshold or difference"""
    text: str
    evidence: Claim
    """measured like a claim; its id is that of the claim that is explained"""
    readings: tuple[str, ...] = ()
    """in which the explanation may be true; all if empty"""
    part: str = ""
    """the part that has to miss the expectation most; any part if empty"""
    holds_in: str = ""
    """a reading in which the claim has to hold, since the reason is the difference"""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "Explanation":
        """Return the explanation of an entry of explanations.yaml."""
        about = ("claim", "cause", "text", "readings", "part", "holds_in")
        measured = {key: value for key, value in entry.items() if key not in about}
        evidence = {"id": entry["claim"], "where": "", "claim": entry["text"], **measured}
        return cls(
            entry["cause"],
            entry["text"],
            Claim.of(evidence),
            tuple(entry.get("readings", ())),
            entry.get("part", ""),
            entry.get("holds_in", ""),
        )

    def applies(self, judged: Mapping[str, Mapping[str, Any]], reading: str) -> bool:
        """Return whether the reason is one for what came out, whatever its evidence says.

        Args:
            judged: the row of claims.csv on its claim, by reading.
            reading: the one to be explained.
        """
        here = judged[reading]
        holds = not self.holds_in or judged[self.holds_in]["verdict"] == HOLDS
        return (
            here["verdict"] in (PARTLY, FAILS)
            and self.part in ("", here["part"])
            and holds
        )


def read_explanations(
    path: str | Path,
    schema: Mapping[str, Any],
    claims: Collection[str],
    readings: Collection[str],
) -> list[Explanation]:
    """Read explanations.yaml.

    Args:
        path: the file.
        schema: a JSON schema of it.
        claims: ids of the claims.
        readings: names of the readings.

    Raises:
        InputError: an entry is wrong; the message is one line.
    """
    content = read_yaml(path)
    for place, problem in problems(content, schema):
        raise InputError(f"{path}: {place}: {problem}")
    for number, entry in enumerate(content["explanations"]):
        place = f"{path}: explanations/{number}"
        named = [*entry.get("readings", ()), *filter(None, [entry.get("holds_in")])]
        if (claim := entry["claim"]) not in claims:
            raise InputError(
                f"{place}/claim: expected the id of a claim, found {claim!r}"
            )
        for reading in named:
            if reading not in readings:
                known = ", ".join(readings)
                raise InputError(f"{place}: expected one of {known}, found {reading!r}")
    return [Explanation.of(entry) for entry in content["explanations"]]


def explain(
    explanations: Iterable[Explanation],
    verdicts: Iterable[Mapping[str, Any]],
    tables: Mapping[str, pd.DataFrame],
    reading: str,
) -> pd.DataFrame:
    """Measure the evidence of each explanation in one reading.

    Args:
        explanations: those of explanations.yaml.
        verdicts: rows of claims.csv, in every reading.
        tables: rows of this reading, by name.
        reading: its name.

    Returns:
        id, reading, cause, text, expected, measured, tables, rows; `shown` is true where the
        claim does not hold, the explanation applies, and its evidence holds.
    """
    judged: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in verdicts:
        judged.setdefault(row["id"], {})[row["reading"]] = row
    rows = []
    for one in explanations:
        if one.readings and reading not in one.readings:
            continue
        found = judge(one.evidence, measure(one.evidence, tables))
        applies = one.applies(judged[one.evidence.id], reading)
        rows.append(
            {
                **{key: found[key] for key in COLUMNS if key in found},
                "reading": reading,
                "cause": one.cause,
                "text": one.text,
                "shown": applies and found["verdict"] == HOLDS,
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def cause_of(row: Mapping[str, Any], reasons: pd.DataFrame) -> str:
    """Return why a claim does not hold in a reading; nothing if it holds.

    Args:
        row: of claims.csv.
        reasons: what `explain` returned, of all readings.

    Returns:
        published figure: its values fail the criterion, too. Else the cause of the first
        explanation that is shown. Else within errors: ours agree with the published value,
        which meets the criterion. Else not explained.
    """
    if row["verdict"] not in (PARTLY, FAILS):
        return ""
    if row["published_verdict"] in (PARTLY, FAILS):
        return FIGURE
    here = (reasons.id == row["id"]) & (reasons.reading == row["reading"])
    if len(causes := reasons[here & reasons.shown.astype(bool)].cause):
        return str(causes.iloc[0])
    agrees = row["agreement"] == "agrees" and row["published_verdict"] == HOLDS
    return WITHIN if agrees else UNEXPLAINED
