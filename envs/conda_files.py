"""Write the conda file of each stage, envs/STAGE.yaml, from the one lock.

`make lock` runs this in .venv: what a package needs is read off what is installed.
Snakemake copies a conda file before it uses it, so that the file cannot name the lock
next to it and has to hold the versions itself.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HEAD = """\
# Written by `make lock` from requirements.txt and stages.toml; not to be edited.
channels: [conda-forge, nodefaults]
dependencies:
  - python=3.11
  - pip=26.3
  - pip:
"""

PLACE = {
    "python_version": "3.11",
    "python_full_version": "3.11.0",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "os_name": "posix",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
}
"""where the conda files are used, whatever Python writes or checks them"""


def read_lock(path: Path) -> dict[str, str]:
    """Return the version of each package of a lock, by its canonical name.

    Raises:
        ValueError: a line is not NAME==VERSION.
    """
    pins = {}
    for line in path.read_text("utf-8").splitlines():
        name, equals, version = line.partition("==")
        if not (name and equals and version):
            raise ValueError(f"{path}: expected NAME==VERSION, found {line!r}")
        pins[canonicalize_name(name)] = version
    return pins


def needs(package: str, extra: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name and an extra ("" for none) of each package that this one needs."""
    for line in requires(package) or ():
        requirement = Requirement(line)
        marker, place = requirement.marker, {**PLACE, "extra": extra}
        if not marker or marker.evaluate(place):
            for each in ("", *requirement.extras):
                yield canonicalize_name(requirement.name), each


def closure(packages: Iterable[str], lock: Mapping[str, str]) -> list[str]:
    """Return, sorted, the packages of the lock that are given or needed by these in turn.

    What the lock leaves out, torch's CUDA packages, is left to torch's own pins.
    """
    found: set[tuple[str, str]] = set()
    waiting = {(package, "") for package in packages}
    while waiting:
        found |= waiting
        waiting = {
            need for each in waiting for need in needs(*each) if need[0] in lock
        } - found
    return sorted({name for name, _ in found})


def conda_files(envs: Path) -> dict[Path, str]:
    """Return what the conda file of each stage has to say, from the lock in `envs`.

    Raises:
        KeyError: a stage names a package that is not in the lock.
    """
    lock = read_lock(envs / "requirements.txt")
    stages = tomllib.loads((envs / "stages.toml").read_text("utf-8"))
    return {
        envs / f"{stage}.yaml": HEAD
        + "".join(f"      - {name}=={lock[name]}\n" for name in closure(packages, lock))
        for stage, packages in stages.items()
    }


if __name__ == "__main__":
    for path, text in conda_files(Path(__file__).parent).items():
        path.write_text(text, "utf-8")
