"""The identity of a job before it has outputs: a hash of its inputs and parameters."""

from collections.abc import Mapping
from typing import Any

from interplay.storage.hashes import value_hash


def inputs_hash(
    rule: str, inputs: Mapping[str, str], parameters: Mapping[str, Any]
) -> str:
    """Return the sha256 over a rule's name, inputs and parameters.

    Args:
        rule: name of the rule.
        inputs: sha256 by path.
        parameters: of the rule, including the hash of its code.
    """
    return value_hash([rule, dict(inputs), dict(parameters)])


def short_id(name: str, identity: str) -> str:
    """Return the name in a figure's metadata, such as fig2-1a2b3c4d5e6f."""
    return f"{name}-{identity[:12]}"
