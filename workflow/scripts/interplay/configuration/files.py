"""Read YAML files, and name file and line of what is wrong with them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from interplay.storage.errors import InputError


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file.

    Raises:
        InputError: there is no such file, or it is not YAML.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        raise InputError(f"{path}: expected a YAML file, found none") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected UTF-8 text, found {error.reason}") from None
    except OSError as error:
        raise InputError(f"{path}: expected a YAML file: {error.strerror}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        raise InputError(f"{path}{line}: expected YAML: {problem}") from None


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
