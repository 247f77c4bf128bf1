"""Treebank and vectors, from their original hosts or from local copies.

A file appears in its place only after its sha256 was checked. Errors of this machine, such
as a full disk, stay what they are; only errors of the host or of the data are reported as
failed downloads.
"""

import logging
import shutil
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pooch
import requests

from interplay.storage.errors import InputError
from interplay.storage.files import replacing
from interplay.storage.hashes import file_hash

logger = logging.getLogger(__name__)


@contextmanager
def downloaded_archive(
    urls: Sequence[str], sha256: str, folder: str | Path
) -> Iterator["Archive"]:
    """Yield a zip archive, which is deleted after the block.

    Args:
        urls: addresses of the archive (https, http or ftp), tried in turn.
        sha256: of the archive.
        folder: where the archive is stored meanwhile; created if it does not exist.

    Raises:
        InputError: no host serves the archive with this hash.
        OSError: the archive cannot be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # The progress bar or the error below says everything that pooch would log.
    pooch.get_logger().setLevel(logging.ERROR)
    with TemporaryDirectory(dir=folder, prefix=".download.") as temporary:
        url, path = _first_download(urls, sha256, temporary)
        try:
            files = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise InputError(f"{url}: expected a zip archive, found: {error}") from error
        with files:
            yield Archive(files, url)


def _first_download(urls: Sequence[str], sha256: str, folder: str) -> tuple[str, str]:
    """Return the first address that serves the file, and the path of the file."""
    problems = []
    for url in urls:
        logger.info("downloading from %s", url)
        try:
            return url, _download(url, sha256, folder)
        except InputError as error:
            logger.warning("%s", error)
            problems.append(str(error))
    raise InputError("; ".join(problems))


def _download(url: str, sha256: str, folder: str) -> str:
    """Download a file into a folder, check its hash, and return its path."""
    show_progress = sys.stderr.isatty()
    try:
        return pooch.retrieve(
            url, f"sha256:{sha256}", "archive.zip", folder, progressbar=show_progress
        )
    # ValueError is pooch's, for a wrong hash. Errors of requests are OSErrors too, as those
    # of a full disk are, which have to pass.
    except (requests.RequestException, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{url}: expected to download it, found: {reason}") from error


class Archive:
    """A zip archive, and the address that it came from."""

    def __init__(self, files: zipfile.ZipFile, url: str):
        """Wrap an open archive.

        Args:
            files: the archive.
            url: its address.
        """
        self._files = files
        self.url = url

    def extract(self, member: str, path: str | Path, sha256: str | None = None) -> None:
        """Write one of the files in the archive to `path`, whole or not at all.

        Args:
            member: name in the archive.
            path: where to write it.
            sha256: of the file; None if the hash of the archive is enough.

        Raises:
            InputError: there is no such file, it is damaged, or it has another hash.
        """
        place = f"{self.url}, {member}"
        try:
            source = self._files.open(member)
        except KeyError:
            raise InputError(f"{self.url}: expected {member} in it, found none") from None
        with source, replacing(path) as temporary:
            try:
                with open(temporary, "wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
            except zipfile.BadZipFile as error:
                raise InputError(f"{place}: expected a whole file: {error}") from error
            if sha256 is not None:
                _compare(file_hash(temporary), sha256, place)


def _compare(sha256: str, expected: str, place: object) -> None:
    if sha256 != expected:
        raise InputError(f"{place}: expected sha256 {expected}, found {sha256}")
