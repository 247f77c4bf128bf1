"""The configuration as it took effect, and the file that set each key."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interplay.configuration.families import NETWORKS, expanded, stage_layer
from interplay.configuration.layers import Setting, effective

COMMAND_LINE = "the command line"


def file_that_set(path: Sequence[str], files: Mapping[str, Any]) -> str:
    """Return the file that set a key of the configuration.

    Args:
        path: keys from the top of the configuration; the rest of a path that leads into
            a list is ignored.
        files: content of each configuration file, in the order in which they were merged.

    Returns:
        The last file that holds the key; `COMMAND_LINE` if none does.
    """
    for name in reversed(list(files)):
        if _holds(files[name], path):
            return name
    return COMMAND_LINE


def _holds(content: Any, path: Sequence[str]) -> bool:
    for key in path:
        if isinstance(content, list):
            return True
        if not isinstance(content, Mapping) or key not in content:
            return False
        content = content[key]
    return True


def experiment_settings(
    stage: str, experiment: str, configuration: Mapping[str, Any]
) -> Iterator[tuple[str, Any, str]]:
    """Yield the settings of an experiment: key, value and the file that set it.

    Args:
        stage: nonlinear, linear or sentiment.
        experiment: its name.
        configuration: content of configuration.json.

    Yields:
        The key with its full path. A setting comes from the experiment's own entry or
        family, from the entry that it starts from, or from the defaults of the stage. The
        defaults alone for a name that the stage does not have.
    """
    for place, key, value in _settings(stage, experiment, configuration["values"]):
        path = (*place, *key)
        yield "/".join(path), value, file_that_set(path, configuration["files"])


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
    defaults = (stage_layer(stage, section),)
    # No file has what the code itself sets.
    yield from (one for one in effective(layers.get(experiment, defaults)) if one.place)
