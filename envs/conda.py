"""Write the conda file of each stage, envs/STAGE.yaml, from the one lock.

`make lock` runs this in .venv: what a package needs is read off what is installed.
A rule's conda file is copied before it is used, so that it cannot name the lock
beside it and has to hold the versions itself.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ENVS = Path(__file__).parent
HEAD = """\
# Written by `make lock` from requirements.txt and stages.toml; not to be edited.
channels: [conda-forge, nodefaults]
dependencies:
  - python=3.11
  - pip=26.3
  - pip:
"""


def read_lock(text: str) -> dict[str, str]:
    """Return the version of each package of a lock, by its canonical name."""
    pins = (re.fullmatch(r"([\w.-]+)==(\S+)", line) for line in text.split())
    return {canonicalize_name(name): version for name, version in (p.groups() for p in pins)}


def needed(packages: Iterable[str], lock: Mapping[str, str]) -> list[str]:
    """Return, sorted, the given packages and all that they need in turn.

    Raises:
        KeyError: one of `packages` is not in the lock. What others need and the lock
            leaves out (torch's CUDA packages) is left to their own pins.
    """
    found: set[str] = set()
    waiting = [(name, "") for name in packages]
    for name in packages:
        lock[name]
    seen = set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        found.add(name)
        for line in requires(name) or ():
            requirement = Requirement(line)
            child = canonicalize_name(requirement.name)
            marker = requirement.marker
            if child in lock and (not marker or marker.evaluate({"extra": extra})):
                waiting += [(child, each) for each in ("", *requirement.extras)]
    return sorted(found)


def conda_files(envs: Path) -> dict[Path, str]:
    """Return what each stage's conda file has to say, from the lock in `envs`."""
    lock = read_lock((envs / "requirements.txt").read_text())
    stages = tomllib.loads((envs / "stages.toml").read_text())
    return {
        envs / f"{stage}.yaml": HEAD
        + "".join(f"      - {name}=={lock[name]}\n" for name in needed(packages, lock))
        for stage, packages in stages.items()
    }


if __name__ == "__main__":
    for path, text in conda_files(ENVS).items():
        path.write_text(text)
