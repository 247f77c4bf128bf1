"""Data files as they were downloaded: plain, compressed or in a zip archive.

The first bytes of a file tell what it is, whatever its suffix. This module needs only the
standard library, because the Snakefile imports it.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import IO, Any

from interplay.storage.errors import InputError

BUFFER = 1 << 20
"""bytes that are read at a time"""

ZIP = rb"PK(\x03\x04|\x05\x06)"
HEADER = rb"\s*\d+\s+\d+\s"
"""how a file of vectors by word2vec begins: numbers of words and of numbers per word"""


@dataclass(frozen=True)
class Compression:
    """A format of compressed files, and the module of Python that reads it."""

    name: str
    magic: bytes
    """regular expression for the first bytes"""
    module: str
    error: str
    """the module's own exception for damaged data, if it has one"""


COMPRESSIONS = (
    Compression("gzip", rb"\x1f\x8b\x08", "gzip", "BadGzipFile"),
    Compression("bzip2", rb"BZh[1-9](1AY&SY|\x17rE8P\x90)", "bz2", ""),
    Compression("xz", rb"\xfd7zXZ\x00", "lzma", "LZMAError"),
    Compression("zstd", rb"\x28\xb5\x2f\xfd", "compression.zstd", "ZstdError"),
)

KINDS = (
    (rb"\Z", "an empty file"),
    (rb"(?i)\s*<(!doctype|html|head|body|\?xml)", "a web page"),
    (rb"version https://git-lfs", "a Git LFS pointer (`git lfs pull` gets the file)"),
    (rb"\xff\xfe|\xfe\xff", "UTF-16 text"),
    (ZIP, "a zip archive"),
    *((each.magic, f"{each.name} data") for each in COMPRESSIONS),
)


def kind(head: bytes) -> str:
    """Say in words what a file is that begins with these bytes; "text" in the end."""
    for magic, name in KINDS:
        if re.match(magic, head):
            return name
    if not re.search(rb"[\x00-\x08\x0e-\x1f\x7f]", head) and _is_utf8(head):
        return "text"
    return "word2vec's binary format" if re.match(HEADER, head) else "binary data"


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The last character may be cut off.
        return error.start > len(head) - 4
    return True


@contextmanager
def open_data(
    path: str | Path, member: str = "", *, exact: bool = False
) -> Iterator[io.BufferedReader]:
    """Open a file for reading its bytes, taken out of an archive and decompressed.

    Args:
        path: a plain file, one compressed by gzip, bzip2, xz or (from Python 3.14 on) zstd,
            or a zip archive with such a file.
        member: of a zip archive: the file's name, in any folder of the archive.
        exact: refuse an archive without a file of this name; otherwise its only file is
            taken, or the only one that ends in .txt or .vec.

    Raises:
        InputError: in one line, also for damage that is met while the block reads.
    """
    form, damage = "file", (OSError, EOFError, zlib.error, zipfile.BadZipFile)
    with ExitStack() as stack:

        def enter(file: Any) -> io.BufferedReader:
            # zipfile and gzip find the ends of lines more slowly than a buffer does.
            return stack.enter_context(io.BufferedReader(file, BUFFER))

        try:
            stream = enter(io.FileIO(path))
            if re.match(ZIP, stream.peek(4)):
                form = "zip archive"
                archive = stack.enter_context(zipfile.ZipFile(stream))
                stream = enter(_opened(archive, member, path, exact))
            if compression := _compression(stream.peek(10)):
                form = f"{compression.name} file"
                module = _module(compression, path)
                damage += (getattr(module, compression.error, OSError),)
                stream = enter(module.open(stream, "rb"))
            yield stream
        except FileNotFoundError:
            raise InputError(f"{path}: expected a file, found no file") from None
        except damage as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise InputError(
                    f"{path}: expected a file that can be read: {error.strerror}"
                ) from None
            raise InputError(
                f"{path}: expected a whole {form}, found it cut off or damaged: {error}"
            ) from None


def head_of(path: str | Path) -> bytes:
    """Return the first 1,000 bytes of a file, for `kind`.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read(1000)
    except OSError as error:
        raise InputError(
            f"{path}: expected a file that can be read: {error.strerror}"
        ) from None


def _compression(head: bytes) -> Compression | None:
    return next((each for each in COMPRESSIONS if re.match(each.magic, head)), None)


def _module(compression: Compression, path: str | Path) -> ModuleType:
    try:
        return import_module(compression.module)
    except ImportError:
        since = " before 3.14" if compression.name == "zstd" else ""
        raise InputError(
            f"{path}: expected a file that this Python can decompress, found "
            f"{compression.name} data, which Python{since} cannot: decompress the file"
        ) from None


def _opened(
    archive: zipfile.ZipFile, member: str, path: str | Path, exact: bool
) -> IO[bytes]:
    # macOS adds a folder __MACOSX and files whose names begin with a dot.
    names = [
        entry.filename
        for entry in archive.infolist()
        if not entry.is_dir()
        and not re.search(r"(^|/)(__MACOSX/|\.[^/]*$)", entry.filename)
    ]
    name = _only(names, member, exact)
    if name is None:
        listed = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
        raise InputError(
            f"{path}: expected one file {member or 'with text'} in it, found "
            f"{listed or 'none'}"
        )
    try:
        return archive.open(name)
    # Of zipfile, for encrypted files and for methods of compression that it does not know.
    except RuntimeError as error:
        raise InputError(
            f"{path}, {name}: expected a file that can be read: {error}"
        ) from None


def _only(names: list[str], member: str, exact: bool) -> str | None:
    """Return the full name of the file to take out of an archive; None if in doubt."""
    if member in names:
        return member
    base = PurePosixPath(member).name
    named = [name for name in names if PurePosixPath(name).name == base]
    text = [name for name in names if name.endswith((".txt", ".vec"))]
    choices = [named] if named or exact else [names, text]
    return next((found[0] for found in choices if len(found) == 1), None)
