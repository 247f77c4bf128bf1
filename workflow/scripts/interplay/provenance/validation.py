"""Check a crate by the profile's own validator, without a network."""

from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from requests_cache import CachedRequest, CachedResponse, CachedSession
from rocrate_validator import models, services

from interplay.provenance.crate_files import file_problems, read_metadata

PROFILE = "provenance-run-crate-0.5"

VOCABULARY = "https://w3id.org/ro/crate/1.1/context"


def problems(crate: Path) -> list[str]:
    """Return what is wrong with a crate, a line each.

    The validator gets the metadata only: it takes a folder's path for a URI, which not every
    path is. The files are compared with the metadata here.

    Args:
        crate: folder with `ro-crate-metadata.json`.

    Returns:
        What the profile requires and the metadata lack, and the files that are missing or
        differ from their hash.

    Raises:
        InputError: there are no metadata, or they are damaged.
    """
    metadata = read_metadata(crate)
    with TemporaryDirectory() as folder:
        cache = Path(folder, "http")
        _write_vocabulary(cache)
        settings = {
            "profile_identifier": PROFILE,
            "requirement_severity": models.Severity.REQUIRED,
            "offline": True,
            "cache_path": cache,
        }
        found = services.validate_metadata_as_dict(metadata, settings).get_issues()
    return [*dict.fromkeys(str(issue.message) for issue in found), *file_problems(crate)]


def _write_vocabulary(cache: Path) -> None:
    """Write the validator's cache of web pages: RO-Crate's vocabulary, as `rocrate` has it.

    That copy is of version 1.3. The two terms of Bioschemas that the profile uses are put
    back to what they are in version 1.1, which the crate refers to.
    """
    packaged = files("rocrate") / "data" / "ro-crate.jsonld"
    text = packaged.read_text("utf-8").replace("bioschemas.org/terms/", "bioschemas.org/")
    page = CachedResponse(
        url=VOCABULARY,
        request=CachedRequest(method="GET", url=VOCABULARY),
        status_code=200,
        headers={"Content-Type": "application/ld+json"},
        # The class renames this argument at runtime.
        content=text.encode(),  # pyright: ignore[reportCallIssue]
    )
    with CachedSession(str(cache), backend="sqlite", expire_after=-1) as session:
        session.cache.save_response(page)
