"""Getting treebank and vectors from their original hosts, or from local copies.

Whatever the way, a file is checked by its sha256 before it is put in place.
"""

import logging
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pooch
import requests

from interplay.storage.errors import InputError
from interplay.storage.files import replacing
from interplay.storage.hashes import file_hash


@contextmanager
def downloaded_archive(url: str, sha256: str, folder: str | Path) -> Iterator["Archive"]:
    """Yield a zip archive that is downloaded for the time being, with a progress bar.

    Args:
        url: https, http or ftp.
        sha256: of the archive.
        folder: where it may lie meanwhile; made if it is not there.

    Raises:
        InputError: naming the address, if it cannot be fetched, has another
            hash, or is not a zip archive.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # What pooch has to say is said by the progress bar or by the error below.
    pooch.get_logger().setLevel(logging.ERROR)
    with TemporaryDirectory(dir=folder, prefix=".download.") as temporary:
        try:
            path = pooch.retrieve(
                url,
                f"sha256:{sha256}",
                "archive.zip",
                temporary,
                progressbar=sys.stderr.isatty(),
            )
            with zipfile.ZipFile(path) as files:
                yield Archive(files, url)
        except (requests.RequestException, OSError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"{url}: expected to download it, found: {reason}"
            ) from error
        except zipfile.BadZipFile as error:
            raise InputError(f"{url}: expected a zip archive, found: {error}") from error


class Archive:
    """A zip archive that came from somewhere."""

    def __init__(self, files: zipfile.ZipFile, url: str):
        self._files = files
        self._url = url

    def extract(self, member: str, path: str | Path) -> None:
        """Write one of the files in the archive to `path`, whole or not at all.

        Raises:
            InputError: naming the address, if there is no such file in it.
        """
        try:
            with (
                self._files.open(member) as source,
                replacing(path) as temporary,
                open(temporary, "wb") as target,
            ):
                shutil.copyfileobj(source, target, 1 << 20)
        except KeyError:
            raise InputError(
                f"{self._url}: expected {member} in it, found none"
            ) from None


def copy_checked(source: str | Path, sha256: str, path: str | Path) -> None:
    """Copy a file whose hash is known, whole or not at all.

    Raises:
        InputError: naming the file, if it is not there or has another hash.
    """
    check_hash(source, sha256)
    with replacing(path) as temporary:
        shutil.copyfile(source, temporary)


def check_hash(path: str | Path, sha256: str) -> None:
    """Raise `InputError`, naming the file, unless it is there and has this sha256."""
    try:
        found = file_hash(path)
    except OSError as error:
        raise InputError(f"{path}: expected a file, found: {error.strerror}") from None
    if found != sha256:
        raise InputError(f"{path}: expected sha256 {sha256}, found {found}")
