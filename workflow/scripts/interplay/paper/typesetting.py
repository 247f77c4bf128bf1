"""Typeset a document with Typst."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from interplay.storage.errors import InputError
from interplay.storage.files import replacing


def typeset(source: str | Path, values: Mapping[str, Any], path: str | Path) -> None:
    """Write a PDF.

    Args:
        source: of the document, a Typst file.
        values: what the source reads, as JSON, from its input `files`; paths as text.
        path: of the PDF.

    Raises:
        InputError: the source has an error.
    """
    with replacing(path) as temporary:
        try:
            typst.compile(
                str(source),
                output=str(temporary),
                root="/",
                ignore_system_fonts=True,
                sys_inputs={"files": json.dumps(values, default=str)},
            )
        except typst.TypstError as error:
            raise InputError(f"{source}: {error.message}") from None
