"""Checking a configuration before anything is computed with it."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

from interplay.errors import InputError


def check_configuration(config: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Check a configuration against its schema, and its keys against each other.

    Args:
        config: what config.yaml and its like were merged into.
        schema: a JSON schema.

    Raises:
        InputError: in one line, the first key that is wrong, and why.
    """
    validator = jsonschema.validators.validator_for(schema)(schema)
    errors = sorted(validator.iter_errors(config), key=lambda error: list(error.path))
    problems = [
        ("/".join(str(part) for part in error.path), error.message) for error in errors
    ]
    # Keys can be compared with each other only once each is what it must be.
    for key, problem in problems or _contradictions(config):
        raise InputError(f"config: {key or 'top level'}: {problem}")


def _contradictions(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    nonlinear = config["nonlinear"]
    rank, n = nonlinear["analysis"]["largest_rank"], nonlinear["N"]
    if rank > n:
        key = "nonlinear/analysis/largest_rank"
        yield key, f"expected at most N = {n}, found {rank}"
    smallest = min(n, config["sentiment"]["N"])
    if config["compression"]["rank"] > smallest:
        found = config["compression"]["rank"]
        yield "compression/rank", f"expected at most N = {smallest}, found {found}"
    examples = nonlinear["examples"]
    if examples["seed"] not in nonlinear["seeds"]:
        key = "nonlinear/examples/seed"
        yield key, f"expected one of {nonlinear['seeds']}, found {examples['seed']}"
    wanted = {"g": examples["g"], "trial_g": [examples["trial_g"]]}
    for name, networks in nonlinear["networks"].items():
        for key, strengths in wanted.items():
            for g in strengths:
                if g not in networks["g"]:
                    yield (
                        f"nonlinear/examples/{key}",
                        f"expected one of {networks['g']}, as {name} is trained, found {g}",
                    )
