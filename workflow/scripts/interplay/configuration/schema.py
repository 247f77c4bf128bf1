"""Problems of a YAML file's content, by its JSON schema."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
from jsonschema.validators import validator_for


def problems(content: Any, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the place ("linear/g/0") of each problem, and the problem, in order.

    Args:
        content: what was read from the file.
        schema: its JSON schema.
    """
    validator = validator_for(schema)(schema)
    errors = sorted(
        validator.iter_errors(content), key=lambda error: list(map(str, error.path))
    )
    for error in errors:
        yield "/".join(map(str, error.path)) or "top level", _message(error)


def _message(error: jsonschema.ValidationError) -> str:
    """Return the problem in one line, with a hint for numbers that YAML reads as text."""
    # The best of the alternatives says more than that none of them fits.
    while error.context:
        error = min(error.context, key=lambda one: one.relative_schema_path[0] != 1)
    message = " ".join(error.message.split())
    text = error.instance
    if isinstance(text, str) and error.validator == "type" and _is_number(text):
        digits, _, exponent = text.lower().partition("e")
        return f"{message}; YAML reads it as text, write {float(digits)}e{int(exponent)}"
    return message


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "e" in text.lower()
