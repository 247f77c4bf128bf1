"""The configuration as it took effect, and the file that set each key."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interplay.configuration.experiments import LIKE

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
        stage: nonlinear or sentiment.
        experiment: its name.
        configuration: content of configuration.json.

    Yields:
        The key with its full path. A setting comes from the experiment's own entry, from
        the entry that it starts from, or from the defaults of the stage.
    """
    values, files = configuration["values"], configuration["files"]
    section = values.get(stage, {})
    entries = section.get("networks", {})
    chain: list[str] = []
    name: str | None = experiment
    while name is not None and name in entries and name not in chain:
        chain.append(name)
        name = entries[name].get(LIKE)
    levels = [((stage, "networks", name), entries[name]) for name in chain]
    defaults = {key: v for key, v in section.items() if not isinstance(v, Mapping)}
    seen = {LIKE}
    for place, level in [*levels, ((stage,), defaults)]:
        for key, value in level.items():
            if key not in seen:
                seen.add(key)
                path = (*place, key)
                yield "/".join(path), value, file_that_set(path, files)


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
    configuration = {"values": values, "files": {}}
    keys = (key for key, _, _ in experiment_settings(stage, experiment, configuration))
    return next(key for key in keys if key.endswith(f"/{setting}"))
