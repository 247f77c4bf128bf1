"""Problems of a YAML file's content, by its JSON schema."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import jsonschema
from jsonschema.validators import extend, validator_for

EXACT = 2**53
"""up to which a float says which whole number it is"""

LONGEST = 18
"""digits of whole numbers that a hint writes out"""


def problems(content: Any, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the place ("linear/g/0") of each problem, and the problem, in order.

    Args:
        content: what was read from the file.
        schema: its JSON schema. Here, 1.0 is no integer.
    """
    errors = sorted(
        _errors(content, schema), key=lambda error: list(map(str, error.path))
    )
    for error in errors:
        yield "/".join(map(str, error.path)) or "top level", _message(error)


def make_whole(content: Any, schema: Mapping[str, Any]) -> None:
    """Replace whole floats by integers where the schema asks for them, such as N: 64.0.

    Args:
        content: lists and mappings; changed in place.
        schema: its JSON schema.
    """
    for error in list(_errors(content, schema)):
        number = error.instance
        is_wanted = error.validator == "type" and error.validator_value == "integer"
        if is_wanted and isinstance(number, float) and _is_exact(number):
            *path, last = error.absolute_path
            part = content
            for key in path:
                part = part[key]
            part[last] = int(number)


def _errors(
    content: Any, schema: Mapping[str, Any]
) -> Iterator[jsonschema.ValidationError]:
    known = validator_for(schema)
    # Anywhere else, 1 and 1.0 are the same; in the name of a file they are not.
    types = known.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    yield from extend(known, type_checker=types)(schema).iter_errors(content)


def _message(error: jsonschema.ValidationError) -> str:
    """Return the problem in one line, with a hint where YAML reads something else."""
    # The best of the alternatives says more than that none of them fits.
    while error.context:
        error = min(error.context, key=lambda one: one.relative_schema_path[0] != 1)
    message = " ".join(error.message.split())
    if error.validator != "type":
        return message
    wanted, found = str(error.validator_value), error.instance
    if isinstance(found, bool) and "string" in wanted:
        return f"{message}; YAML reads yes, no, on and off as these, text needs quotes"
    if isinstance(found, str | float) and wanted in ("integer", "number"):
        meant = number_as_written(str(found), wanted == "integer")
        how = "YAML reads it as text, write" if isinstance(found, str) else "write"
        return f"{message}; {how} {meant}" if meant else message
    return message


def number_as_written(text: str, whole: bool) -> str:
    """Return a number as YAML reads it as a number; empty if the text is none.

    Args:
        text: such as "1e-7".
        whole: whether an integer is expected.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return ""
    if not number.is_finite():
        return ""
    if whole:
        is_short = number.adjusted() < LONGEST
        return str(int(number)) if is_short and number == int(number) else ""
    sign, digits, _ = number.as_tuple()
    first, *others = map(str, digits)
    mantissa = f"{'-' if sign else ''}{first}.{''.join(others) or 0}"
    return f"{mantissa}e{number.adjusted():+d}" if number else "0.0"


def _is_exact(number: float) -> bool:
    return number.is_integer() and abs(number) < EXACT
