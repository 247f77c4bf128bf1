"""The configuration as it took effect, and what set each key."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from interplay.configuration.families import NETWORKS, expanded, stage_layer
from interplay.configuration.layers import Layer, Setting, effective

COMMAND_LINE = "--config on the command line"
DEFAULT = "a default of the schema or the code"


def setter(path: Sequence[str], configuration: Mapping[str, Any]) -> str:
    """Return what set a key of the configuration.

    Args:
        path: keys from the top of the configuration; the rest of a path that leads into
            a list is ignored.
        configuration: an entry of configuration.json: command_line; values; files, the
            content of each in the order in which they were merged.

    Returns:
        The last file that holds the value in effect; `COMMAND_LINE` or `DEFAULT` if no file
        holds it.
    """
    value = _held(configuration["values"], path)
    files = configuration["files"]
    for name in reversed(list(files)):
        if _agrees(_held(files[name], path), value):
            return name
    given = _given(configuration["command_line"])
    return DEFAULT if _held(given, path) is ABSENT else COMMAND_LINE


ABSENT = object()


def _held(content: Any, path: Sequence[str]) -> Any:
    """Return the value at a path, or the list that the path leads into."""
    for key in path:
        if isinstance(content, list):
            break
        if not isinstance(content, Mapping) or key not in content:
            return ABSENT
        content = content[key]
    return content


def _agrees(held: Any, value: Any) -> bool:
    """Return whether a value is the one in effect; a mapping may hold a part of it."""
    if isinstance(held, Mapping) and isinstance(value, Mapping):
        return all(_agrees(one, value.get(key, ABSENT)) for key, one in held.items())
    # True equals 1.
    return held is not ABSENT and (type(held), held) == (type(value), value)


def _given(command_line: Sequence[str]) -> dict[str, Any]:
    """Return the configuration that follows --config."""
    if "--config" not in command_line:
        return {}
    entries = command_line[command_line.index("--config") + 1 :]
    pairs = (entry.partition("=") for entry in entries)
    return {key: _parsed(value) for key, _, value in pairs}


def _parsed(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def experiment_settings(
    stage: str, experiment: str, configuration: Mapping[str, Any]
) -> Iterator[tuple[str, Any, str]]:
    """Yield the settings of an experiment: key, value and what set it.

    Args:
        stage: nonlinear, linear or sentiment.
        experiment: its name.
        configuration: an entry of configuration.json.

    Yields:
        The key with its full path. A setting comes from the experiment's own entry or
        family, from the entry that it starts from, or from the defaults of the stage. The
        defaults alone for a name that the stage does not have.
    """
    for place, key, value in _settings(stage, experiment, configuration["values"]):
        path = (*place, *key)
        yield "/".join(path), value, setter(path, configuration)


def key_of_setting(
    stage: str, experiment: str, setting: str, values: Mapping[str, Any]
) -> str:
    """Return the key, with its full path, from which an experiment has a setting.

    Args:
        stage: nonlinear or sentiment.
        experiment: its name.
        setting: such as learning_rate; it has to be set.
        values: the configuration.
    """
    settings = _settings(stage, experiment, values)
    return next(
        "/".join((*place, *key)) for place, key, _ in settings if key == (setting,)
    )


def key_that_sets(path: Sequence[str], values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the key that sets what a path into the configuration names.

    Args:
        path: keys from the top of the configuration. After stage, `networks` and the name
            of an experiment follows any of its settings, also one that its entry lacks.
        values: the configuration.
    """
    if len(path) > 3 and path[1] == NETWORKS:
        setting = tuple(path[3:])
        for place, key, _ in _settings(path[0], path[2], values):
            if key == setting[: len(key)]:
                return *place, *setting
    return tuple(path)


def _settings(
    stage: str, experiment: str, values: Mapping[str, Any]
) -> Iterator[Setting]:
    section = values.get(stage, {})
    layers = expanded(stage, section).layers
    defaults = [stage_layer(stage, section)]
    # The supplements of the linear networks are sections of their stage.
    if isinstance(own := section.get(experiment), Mapping):
        defaults.insert(0, Layer((stage, experiment), own))
    # No file has what the code itself sets.
    yield from (one for one in effective(layers.get(experiment, defaults)) if one.place)
