"""What is wrong with a configuration, or another file in YAML, by its JSON schema."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema


def problems(content: Any, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the place ("linear/g/0") of each thing that is wrong, and what is, in order.

    Args:
        content: what was read.
        schema: a JSON schema of it.
    """
    validator = jsonschema.validators.validator_for(schema)(schema)
    errors = sorted(validator.iter_errors(content), key=lambda error: list(error.path))
    for error in errors:
        yield "/".join(map(str, error.path)) or "top level", error.message
