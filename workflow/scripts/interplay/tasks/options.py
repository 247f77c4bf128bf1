"""Options of a task: the fields of its dataclass, checked against their annotations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from numbers import Integral, Real
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

NUMBERS = {float: (Real, "a number"), int: (Integral, "an integer")}
"""annotations of numbers, each with what fits; True and False are no numbers"""

OTHERS = {bool: "true or false", str: "text", type(None): "null"}
"""further annotations, each with what is expected"""


def wrong_options(task: type, options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each option that a task cannot have, and why.

    Args:
        task: a dataclass with the field `dt`; its other fields are the options.
        options: values by name. Sequences may be lists where the annotation says tuple.
    """
    known = [one.name for one in fields(task) if one.init and one.name != "dt"]
    try:
        annotations = get_type_hints(task)
    except (NameError, TypeError):
        # A type that is imported for type checkers only.
        annotations = {}
    for name, value in options.items():
        if name not in known:
            yield name, f"expected an option among {', '.join(known) or 'none'}"
        elif expected := _expected(value, annotations.get(name)):
            yield name, f"expected {expected}, found {value!r}"


def _expected(value: Any, annotation: Any) -> str:
    """Return what an annotation expects instead of a value; empty if the value fits.

    Any value fits an annotation of another kind than those that YAML has values for.
    """
    if annotation in NUMBERS:
        number, expected = NUMBERS[annotation]
        fits = isinstance(value, number) and not isinstance(value, bool)
        return "" if fits else expected
    if annotation in OTHERS:
        return "" if isinstance(value, annotation) else OTHERS[annotation]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        fits = any(type(part) is type(value) and part == value for part in parts)
        return "" if fits else " or ".join(map(repr, parts))
    if origin in (Union, UnionType):
        reasons = [_expected(value, part) for part in parts]
        return " or ".join(reasons) if all(reasons) else ""
    if origin in (tuple, list) and parts:
        return _expected_sequence(value, origin, parts)
    return ""


def _expected_sequence(value: Any, origin: type, parts: tuple[Any, ...]) -> str:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return "a list"
    if origin is list or parts[-1] is ...:
        parts = parts[:1] * len(value)
    if len(value) != len(parts):
        return f"a list of {len(parts)}"
    reasons = (_expected(*pair) for pair in zip(value, parts, strict=True))
    return next((f"a list with {reason} in it" for reason in reasons if reason), "")
