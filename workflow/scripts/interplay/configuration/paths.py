"""Paths in a configuration."""

from collections.abc import MutableMapping
from os.path import expanduser, normpath
from typing import Any

from interplay.storage.errors import InputError

FILES = ("treebank", "glove", "tasks")
"""keys of the configuration whose values are paths, as are those of `pathvars`"""


def expand_paths(config: MutableMapping[str, Any]) -> None:
    """Replace `~` in the paths of a configuration by the home that it stands for.

    Args:
        config: changed in place. What is no text is left for the schema to refuse.

    Raises:
        InputError: there is no such user.
    """
    pathvars = config.get("pathvars")
    if isinstance(pathvars, MutableMapping):
        for key, path in pathvars.items():
            pathvars[key] = expanded(path, f"pathvars/{key}")
    for key in FILES:
        if key in config:
            config[key] = expanded(config[key], key)


def expanded(path: Any, key: str) -> Any:
    """Return the path that a key has, without `~`, `.` and a slash at its end."""
    if not isinstance(path, str) or not path:
        return path
    whole = expanduser(path)
    if whole.startswith("~"):
        user = whole.partition("/")[0]
        raise InputError(f"config: {key}: expected the home of a user, found {user}")
    return normpath(whole)
