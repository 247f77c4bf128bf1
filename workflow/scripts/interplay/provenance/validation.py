"""Check a crate by the profile's own validator, without a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from unittest.mock import patch

import requests
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

from interplay.storage.errors import InputError

PROFILE = "provenance-run-crate-0.5"

METADATA = "ro-crate-metadata.json"

VOCABULARY = "https://w3id.org/ro/crate/1.1/context"


def problems(crate: Path) -> list[str]:
    """Return what the profile requires and the crate does not have, a line each.

    Args:
        crate: folder with `ro-crate-metadata.json`.

    Raises:
        InputError: there is no such file.
    """
    if not (crate / METADATA).is_file():
        raise InputError(f"{crate}: expected a crate, found no {METADATA}")
    settings = services.ValidationSettings(
        rocrate_uri=str(crate),
        profile_identifier=PROFILE,
        requirement_severity=models.Severity.REQUIRED,
    )
    with _packaged_vocabulary():
        found = services.validate(settings).get_issues()
    return [str(issue.message) for issue in found]


@contextmanager
def _packaged_vocabulary() -> Iterator[None]:
    """Answer the validator's request for RO-Crate's vocabulary from the copy in `rocrate`.

    That copy is of version 1.3. The two terms of Bioschemas that the profile uses are put
    back to what they are in version 1.1, which the crate refers to. Other requests find
    nothing.
    """
    packaged = files("rocrate") / "data" / "ro-crate.jsonld"
    text = packaged.read_text().replace("bioschemas.org/terms/", "bioschemas.org/")

    def get(self: HttpRequester, url: str, **options: object) -> requests.Response:
        response = requests.Response()
        response.status_code = 404
        if url == VOCABULARY:
            response.status_code, response._content = 200, text.encode()
        response.headers["Content-Type"] = "application/ld+json"
        return response

    with patch.object(HttpRequester, "get", get, create=True):
        yield
