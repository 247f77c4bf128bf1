"""The version of this code."""

import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

PACKAGE = Path(__file__).parent


def version(package: Path) -> str:
    """Return the version of the package in a folder.

    A checkout is asked first: what is installed may be another copy, or an editable
    installation from before the version changed.

    Args:
        package: the folder `interplay`, in a checkout or where pip installed it.

    Returns:
        The version, or "unknown" of a copy that neither belongs to a checkout nor is
        installed.
    """
    pyproject = package.parents[2] / "pyproject.toml"
    if pyproject.is_file():
        project = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("project", {})
        if project.get("name") == "interplay":
            return project["version"]
    try:
        installed = distribution("interplay")
    except PackageNotFoundError:
        return "unknown"
    same = Path(str(installed.locate_file("interplay"))).resolve() == package.resolve()
    return installed.version if same else "unknown"


__version__ = version(PACKAGE)
