"""Modules that jobs would import without being told to."""

import os
import sys
from pathlib import Path

from interplay.storage.errors import InputError

COMPILED = (".so", ".pyd", ".pyc")
"""suffixes of modules that Python imports without their source"""

RESERVED = sys.stdlib_module_names | {"sitecustomize", "usercustomize"}
"""modules that Python or an installed package imports without being told by a script"""


def refuse_strays(folder: Path) -> None:
    """Refuse modules in a folder of sources that jobs would import without being told to.

    Raises:
        InputError: a module has the name of one of Python's own; or there is a compiled
            module, which Python may import instead of the source.
    """
    for parent, folders, names in os.walk(folder):
        # Python writes compiled code here, and compares it with the source.
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(name for name in names if name.endswith(COMPILED)):
            raise InputError(
                f"{Path(parent, name)}: expected source code, found a compiled module, "
                "which Python may import instead; remove it"
            )
        if Path(parent) == folder:
            scripts = [name for name in sorted(names) if name.endswith(".py")]
            packages = [f for f in folders if (folder / f / "__init__.py").is_file()]
            for name in [*scripts, *packages]:
                if name.removesuffix(".py") in RESERVED:
                    raise InputError(
                        f"{folder / name}: expected a name that no module of Python has, "
                        "found one that jobs import whatever their script says; rename or "
                        "remove it"
                    )
