"""Checking a configuration before anything is computed with it."""

from collections.abc import Iterator, Mapping
from typing import Any

from interplay.configuration.schema import problems
from interplay.storage.errors import InputError


def check_configuration(config: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Check a configuration against its schema, and its keys against each other.

    Args:
        config: what config.yaml and its like were merged into.
        schema: a JSON schema.

    Raises:
        InputError: in one line, the first key that is wrong, and why.
    """
    # Keys can be compared with each other only once each is what it must be.
    for key, problem in list(problems(config, schema)) or _contradictions(config):
        raise InputError(f"config: {key}: {problem}")


def _contradictions(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    nonlinear, linear = config["nonlinear"], config["linear"]
    rank, n = nonlinear["analysis"]["largest_rank"], nonlinear["N"]
    if rank > n:
        key = "nonlinear/analysis/largest_rank"
        yield key, f"expected at most N = {n}, found {rank}"
    smallest = min(n, config["sentiment"]["N"])
    if (rank := config["compression"]["rank"]) > smallest:
        yield "compression/rank", f"expected at most N = {smallest}, found {rank}"

    targets = [target["zhat"] for target in linear["targets"]]
    for zhat in targets:
        if targets.count(zhat) > 1:
            yield "linear/targets", f"expected each zhat once, found {zhat} again"
    trial = linear["trial"]
    if trial["duration"] < (least := trial["onset"] + trial["window"]):
        key, found = "linear/trial/duration", trial["duration"]
        yield key, f"expected at least onset + window = {least}, found {found}"

    # A figure can show only what is trained.
    examples, linear_examples = nonlinear["examples"], linear["examples"]
    shown_and_trained = [
        (
            "nonlinear/examples/seed",
            [examples["seed"]],
            "nonlinear/seeds",
            nonlinear["seeds"],
        ),
        (
            "linear/examples/seed",
            [linear_examples["seed"]],
            "linear/seeds",
            linear["seeds"],
        ),
        ("linear/examples/g", linear_examples["g"], "linear/g", linear["g"]),
        ("linear/examples/zhat", linear_examples["zhat"], "linear/targets", targets),
    ]
    for name, networks in nonlinear["networks"].items():
        of_networks = f"nonlinear/networks/{name}/g", networks["g"]
        shown_and_trained += [
            ("nonlinear/examples/g", examples["g"], *of_networks),
            ("nonlinear/examples/trial_g", [examples["trial_g"]], *of_networks),
        ]
    for key, shown, source, trained in shown_and_trained:
        for one in shown:
            if one not in trained:
                yield key, f"expected one of {source}, {trained}, found {one}"
