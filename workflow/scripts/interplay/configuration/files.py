"""Read YAML files, and name file and line of what is wrong with them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from interplay.storage.errors import InputError

AMBIGUOUS = re.compile(
    r"[-+]?(0[0-9_]+(\.0*)?|0[bo][01-7_]+|[0-9_]+(:[0-9_]+)+(\.[0-9_]*)?)"
)
"""numbers that are decimal to some readers of YAML only: 032, 0o17, 0b11, 1:30"""

NOT_NAMES = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:null")
"""tags of keys that look like names: yes, no, on, off, null"""


def read_yaml(path: str | Path) -> Any:
    """Read a YAML or JSON file that has one meaning.

    Raises:
        InputError: there is no such file; it is not YAML; a key is written twice; a key or
            a number means something else than what is written.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: expected a YAML file, found none") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected UTF-8 text, found {error.reason}") from None
    except OSError as error:
        raise InputError(f"{path}: expected a YAML file: {error.strerror}") from None
    return parse_yaml(text, str(path))


def parse_yaml(text: str, name: str) -> Any:
    """Return the content of a text in YAML or JSON, which Snakemake tries first.

    Args:
        text: in YAML 1.1, as Snakemake reads it.
        name: of the file, for messages.

    Raises:
        InputError: as `read_yaml`.
    """
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, name))
    except json.JSONDecodeError:
        pass
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        for line, key, problem in _misleading(node, ()):
            raise InputError(f"{name}, line {line}: {key}: {problem}")
        return None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        raise InputError(f"{name}{line}: expected YAML: {problem}") from None
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        # Such as the day 2026-02-30.
        raise InputError(f"{name}: expected YAML: {error}") from None
    finally:
        loader.dispose()


def command_line_values(entries: Iterable[str]) -> dict[str, Any]:
    """Return the lists and mappings in entries of `--config`, read as in a file.

    Snakemake reads all numbers in them as text.

    Args:
        entries: such as "nonlinear={seeds: [0, 1]}".

    Raises:
        InputError: as `read_yaml`.
    """
    pairs = (entry.partition("=") for entry in entries)
    return {
        key: parse_yaml(text, f"--config {key}")
        for key, _, text in pairs
        if text.lstrip().startswith(("{", "["))
    }


def _once(pairs: list[tuple[str, Any]], name: str) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError(f"{name}: {twice}: expected each key once, found it again")
    return found


class _Misleading(NamedTuple):
    line: int
    key: str
    """keys that lead to the value, from the top"""
    problem: str


def _misleading(
    node: Any, place: tuple[str, ...], seen: set[int] | None = None
) -> Iterator[_Misleading]:
    """Yield what a YAML node says that a reader would not read in it."""
    seen = set() if seen is None else seen
    # An alias is the node that it stands for.
    if id(node) in seen:
        return
    seen.add(id(node))
    line = node.start_mark.line + 1 if node else 1
    if isinstance(node, yaml.ScalarNode):
        if not node.style and AMBIGUOUS.fullmatch(node.value):
            problem = f"expected a decimal number, {_as_read(node.value)}"
            yield _Misleading(line, "/".join(place) or "top level", problem)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _misleading(item, (*place, str(number)), seen)
    elif isinstance(node, yaml.MappingNode):
        keys: set[tuple[str, str]] = set()
        for key, value in node.value:
            line, inner = key.start_mark.line + 1, (*place, str(key.value))
            if (key.tag, str(key.value)) in keys:
                problem = "expected each key once, found it again"
                yield _Misleading(line, "/".join(inner), problem)
            keys.add((key.tag, str(key.value)))
            if key.tag in NOT_NAMES and not key.style:
                problem = f"expected a name, {_as_read(key.value)}"
                yield _Misleading(line, "/".join(inner), problem)
            yield from _misleading(key, inner, seen)
            yield from _misleading(value, inner, seen)


def _as_read(text: str) -> str:
    """Say how YAML reads a scalar, and how to write it as text."""
    value = yaml.safe_load(text)
    reading = "text" if isinstance(value, str) else json.dumps(value)
    return f'found {text}, which YAML reads as {reading}; text needs quotes: "{text}"'


def merged(contents: Iterable[Any]) -> dict[str, Any]:
    """Merge configuration files as Snakemake does: mappings key by key, the rest replaced.

    Args:
        contents: of the files, in order; what is no mapping is left out.
    """
    whole: dict[str, Any] = {}
    for content in contents:
        if isinstance(content, Mapping):
            whole = _updated(whole, content)
    return whole


def _updated(before: Any, content: Any) -> Any:
    # For Snakemake, an empty mapping changes nothing.
    if not isinstance(content, Mapping) or not content:
        return before if isinstance(content, Mapping) else content
    mapping = before if isinstance(before, Mapping) else {}
    changed = {
        key: _updated(mapping.get(key, {}), value) for key, value in content.items()
    }
    return {**mapping, **changed}
