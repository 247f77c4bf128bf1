"""Read the command line of Snakemake: what it asks for, and with which configuration.

Snakemake takes a target after `--configfile` or `--until` for another value of the option.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from interplay.configuration.files import command_line_values, merged, read_yaml
from interplay.configuration.paths import expand_paths
from interplay.storage.errors import InputError

CONFIGFILE = ("--configfile", "--configfiles")
CONFIG = ("--config", "-C")
SNAKEFILE = ("--snakefile", "-s")
DIRECTORY = ("--directory", "-d")
SUFFIXES = (".yaml", ".yml", ".json")
PAIRS = (
    *CONFIG, "--resources", "--res", "--set-threads", "--set-resources",
    "--default-resources", "--default-res", "--set-resource-scopes", "--consider-ancient",
)  # fmt: skip
"""options that take pairs such as N=64, each up to the next option"""
NAMES = (
    "--until", "-U", "--omit-from", "-O", "--forcerun", "-R", "--prioritize", "-P",
    "--allowed-rules", "--cache", "--preemptible-rules",
)  # fmt: skip
"""options that take names of rules or files, which may be targets, up to the next option"""

LOOK = (
    r"d3dag|dag|detailed|export|filegraph|help|l[cipstu]*(?![a-z])|lint|list|report"
    r"|rulegraph|summary|version"
)
"""names of long options that ask for an output and leave the folder as it is"""

OTHER_OUTPUT = re.compile(
    rf"--({LOOK}|archive|cleanup|cm|conda-c|containerize|debug|delete|draft|edit|generate"
    r"|logger|print|quiet|unlock|verbose)|-[Fafknt]*[DShlpqv]"
)
"""options that ask Snakemake for an output of its own"""


def asks_for_other_output(arguments: Sequence[str]) -> bool:
    """Return whether Snakemake's own output is asked for: -p, --quiet, --summary, ..."""
    return any(OTHER_OUTPUT.match(word) for word in _options(arguments))


def is_dry(arguments: Sequence[str]) -> bool:
    """Return whether a dry run is asked for."""
    return any(re.match(r"--dry-?run$|-[Fafkt]*n", word) for word in _options(arguments))


LOOKS = re.compile(rf"--({LOOK})|-[Fafkt]*[DShlv]")


def only_looks(arguments: Sequence[str]) -> bool:
    """Return whether Snakemake will neither run a job nor change a file."""
    looks = any(LOOKS.match(word) for word in _options(arguments))
    return looks or is_dry(arguments)


def _options(arguments: Sequence[str]) -> list[str]:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return [word for word in arguments[:end] if word.startswith("-")]


def configuration_of(arguments: Sequence[str], folder: Path) -> dict[str, Any]:
    """Return the configuration that the workflow will use.

    Args:
        arguments: of Snakemake.
        folder: where it runs. Next to the Snakefile, config.yaml may be missing.

    Raises:
        InputError: a configuration file is missing or broken, or a path names no user.
    """
    snakefile = (values_of(SNAKEFILE, arguments) or ["Snakefile"])[0]
    base = (folder / snakefile).with_name("config.yaml")
    files = [folder / file for file in values_of(CONFIGFILE, arguments)]
    contents = [read_yaml(file) for file in [*([base] if base.is_file() else []), *files]]
    entries = values_of(CONFIG, arguments)
    texts = dict(entry.split("=", 1) for entry in entries if "=" in entry)
    whole = merged([*contents, {**texts, **command_line_values(entries)}])
    expand_paths(whole)
    return whole


def ordered(arguments: Sequence[str], folder: Path) -> list[str]:
    """Return the arguments with targets that an option would swallow at the end.

    A word after `--configfile` is a file if it exists or ends like one; a word after
    `--config` and its like is an entry if it has `=` in it.

    Raises:
        InputError: an option has several names, and the last one may be a target.
    """
    if "--" in arguments:
        return list(arguments)
    kept: list[str] = []
    targets: list[str] = []
    option = None
    for word in arguments:
        if word.startswith("-"):
            option = word
        elif (option in CONFIGFILE and not _is_file(word, folder)) or (
            option in PAIRS and "=" not in word
        ):
            targets.append(word)
            continue
        elif option in NAMES and kept[-1] != option:
            given = f"{option} {' '.join(values_of([option], arguments))}"
            raise InputError(
                f"{given}: expected one name, or `--` before the targets, found none; write "
                f"`{given.rpartition(' ')[0]} -- {given.rpartition(' ')[2]}` if the last "
                f"word is a target, `{given} --` if it is not"
            )
        kept.append(word)
    return [*kept, "--", *targets] if targets else kept


def _is_file(word: str, folder: Path) -> bool:
    return (folder / word).is_file() or Path(word).suffix in SUFFIXES


def values_of(options: Sequence[str], arguments: Sequence[str]) -> list[str]:
    """Return the values that an option has: `--directory there`, `--directory=there`.

    Args:
        options: names of the option.
        arguments: of Snakemake.
    """
    values: list[str] = []
    option = None
    for word in arguments:
        if word.startswith("-"):
            option, _, value = word.partition("=")
            if value and option in options:
                values.append(value)
        elif option in options:
            values.append(word)
    return values
