"""Explanations: shown where a claim does not hold and the evidence does."""

import pandas as pd
import pytest
import yaml

from interplay.claims.explanation import Explanation, cause_of, explain, read_explanations
from interplay.claims.quantities import quantity
from interplay.claims.verdict import FAILS, HOLDS, NOT_TESTED, PARTLY
from interplay.storage.errors import InputError
from tests.claims.written import ROOT

ENTRY = {
    "claim": "a-claim", "cause": "threshold", "text": "So it is.", "quantity": "value",
    "options": {"column": "x"}, "tables": ["numbers"], "expected": {"at_least": 1},
}  # fmt: skip


def shown(verdict, x, reading="stated", elsewhere=HOLDS, **entry):
    table = pd.DataFrame({"seed": [0], "x": [x]})
    verdicts = [
        {"id": "a-claim", "reading": "identified", "verdict": elsewhere, "part": "mante"},
        {"id": "a-claim", "reading": "stated", "verdict": verdict, "part": "romo"},
    ]
    found = explain(
        [Explanation.of(ENTRY | entry)], verdicts, {"numbers": table}, reading
    )
    return found.shown.tolist()


def test_a_reason_needs_a_claim_that_does_not_hold_and_evidence_that_does():
    assert shown(FAILS, 2) == shown(PARTLY, 2) == [True]
    assert shown(HOLDS, 2) == shown(NOT_TESTED, 2) == [False]
    assert shown(FAILS, 0) == [False]
    assert shown(FAILS, float("nan")) == [False]


def test_a_reason_is_of_its_readings_alone():
    assert shown(FAILS, 2, readings=["stated"]) == [True]
    assert shown(FAILS, 2, readings=["identified"]) == []


def test_a_reason_is_of_its_part():
    assert shown(FAILS, 2, part="romo") == [True]
    assert shown(FAILS, 2, part="mante") == [False]


def test_a_reason_that_is_a_difference_of_readings_needs_the_other_to_hold():
    assert shown(FAILS, 2, holds_in="identified") == [True]
    assert shown(FAILS, 2, holds_in="identified", elsewhere=PARTLY) == [False]


@pytest.mark.parametrize(
    ("verdict", "of_figure", "agreement", "x", "cause"),
    [
        (HOLDS, FAILS, "differs", 2, ""),
        (PARTLY, PARTLY, "differs", 2, "published figure"),
        (FAILS, HOLDS, "agrees", 2, "threshold"),
        (FAILS, HOLDS, "agrees", 0, "within errors"),
        (FAILS, HOLDS, "differs", 0, "not explained"),
        (FAILS, "", "agrees", 0, "not explained"),
    ],
)
def test_a_claim_has_one_cause(verdict, of_figure, agreement, x, cause):
    row = {"id": "a-claim", "reading": "stated", "verdict": verdict, "part": ""}
    row |= {"published_verdict": of_figure, "agreement": agreement}
    tables = {"numbers": pd.DataFrame({"seed": [0], "x": [x]})}
    reasons = explain([Explanation.of(ENTRY)], [row], tables, "stated")
    assert cause_of(row, reasons) == cause


def test_the_evidence_of_every_reason_can_be_measured():
    path = ROOT / "workflow/schemas/explanations.schema.yaml"
    schema = yaml.safe_load(path.read_text())
    claims = yaml.safe_load((ROOT / "paper/claims.yaml").read_text())["claims"]
    ids, readings = [claim["id"] for claim in claims], ["identified", "stated"]
    path = ROOT / "paper/explanations.yaml"
    explanations = read_explanations(path, schema, ids, readings)
    assert explanations
    assert all(quantity(one.evidence.quantity) for one in explanations)
    with pytest.raises(
        InputError, match="claim: expected the id of a claim, found 'conv"
    ):
        read_explanations(path, schema, ids[3:], readings)
    with pytest.raises(InputError, match="expected one of identified, found 'stated'"):
        read_explanations(path, schema, ids, ["identified"])
