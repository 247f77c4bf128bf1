"""Data as people have them: zipped, compressed, cut off, or something else."""

import bz2
import gzip
import hashlib
import io
import lzma
import sys
import zipfile

import numpy as np
import pytest

from interplay.sentiment.tree_files import read_split_file
from interplay.sentiment.vector_text import check_first_lines
from interplay.sentiment.vectors import find_vectors, read_vectors
from interplay.storage.errors import InputError

TEXT = b"the 1 2 3\nThe 4 5 6\nof 7 8 9\n"
OTHER = b"the 1 2\n"
MEMBER = "glove.3d.txt"
WORDS = {"The", "of", "absent"}


def zipped(files):
    """Return a zip archive of files by name."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return archive.getvalue()


def write(path, content):
    path.write_bytes(content)
    return path


def noise(n=2000):
    rng = np.random.default_rng(0)
    rows = (" ".join(map(str, rng.normal(size=3))) for _ in range(n))
    return "".join(f"w{i} {row}\n" for i, row in enumerate(rows)).encode()


# Vectors


@pytest.mark.parametrize(
    "name", ["v.txt", "v.gz"], ids=["text's suffix", "gzip's suffix"]
)
@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        gzip.compress(TEXT),
        bz2.compress(TEXT),
        lzma.compress(TEXT),
        zipped({"glove.2d.txt": OTHER, MEMBER: TEXT, "README": b""}),
        zipped({f"glove/{MEMBER}": TEXT, f"__MACOSX/glove/{MEMBER}": b"x"}),
        zipped({"mine.dat": TEXT, ".DS_Store": b""}),
        zipped({"LICENSE": b"", "mine.txt": TEXT}),
        zipped({MEMBER: gzip.compress(TEXT)}),
        b"3 3\n" + TEXT,
        b"400000 3\r\n" + TEXT.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + TEXT,
        TEXT.replace(b"\n", b" \n") + b"\n\n",
        TEXT[:-1],
        b"The 0 0 0\n" + TEXT,
    ],
    ids=[
        "plain", "gzip", "bzip2", "xz", "zip, several", "zip, folder", "zip, one file",
        "zip, one text", "gzip in zip", "header", "CRLF, part of a file", "BOM",
        "spaces and empty lines at the end", "no end of line", "twice: the last counts",
    ],
)  # fmt: skip
def test_vectors_are_read_in_whatever_form(tmp_path, name, content):
    path = write(tmp_path / name, content)
    check_first_lines(path, MEMBER, 3)
    found = read_vectors(path, WORDS, 3, MEMBER).vectors
    assert found["word"].tolist() == ["The", "of"]
    vectors = np.stack(found["vector"])
    np.testing.assert_array_equal(vectors, [[4, 5, 6], [7, 8, 9]])
    assert vectors.dtype == np.float32


def test_a_header_of_a_longer_file_is_logged(tmp_path, caplog):
    path = write(tmp_path / "v.txt", b"400000 3\n" + TEXT)
    read_vectors(path, WORDS, 3)
    assert caplog.messages == [f"{path}: line 1 announces 400000 words, found 3"]


def test_zstd_needs_python_3_14(tmp_path):
    if sys.version_info >= (3, 14):
        from compression import zstd

        path = write(tmp_path / "v.txt", zstd.compress(TEXT))
        assert len(read_vectors(path, WORDS, 3).vectors) == 2
    else:
        path = write(tmp_path / "v.txt", b"\x28\xb5\x2f\xfd" + TEXT)
        with pytest.raises(InputError, match=r"v.txt: .* zstd data, which Python before"):
            read_vectors(path, WORDS, 3)


def test_words_keep_other_separators_than_a_space_and_a_line_feed(tmp_path):
    words = {".\u00a0.", "a\u2028b", "\u0085"}
    text = "".join(f"{word} 1 2 3\n" for word in sorted(words))
    # The second word is Latin-1: left out, as by torchtext.
    path = write(tmp_path / "v.txt", text.encode() + b"na\xefve 1 2 3\n")
    found = find_vectors(path, words, 3)
    assert set(found.vectors["word"]) == words
    assert (found.lines, found.undecodable) == (4, 1)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b"the 1 2 3\nof 1 2\n",
            ", line 2: expected a word and 3 numbers, found 2 after",
        ),
        (b"at x@y.z 1 2 3\n", ", line 1: expected a word and 3 numbers, found 4 after"),
        (b"the 1 2 3\n\nof 1 2 3\n", ", line 2: .* found an empty line"),
        (b"the\t1\t2\t3\n", ", line 1: .* found tabs instead of spaces"),
        (b"1 300\nthe 1 2 3\n", ", line 1: expected 3 numbers per word, found 300 in"),
        (b"the 1 2 3\nof 1 2 x\n", ", line 2: expected numbers, found 'x'"),
        (b"of 1 2 1,5\n", ", line 1: expected numbers, found '1,5'"),
        (b"the 1 2 3\nof 1 2 nan\n", ", line 2: expected finite numbers, found nan"),
        (b"of 1 2 1e39\n", ", line 1: expected finite numbers of 32 bits"),
        (b"a 1 2 3\n", ": .* found none for any word"),
        (b"", ": expected word vectors, found none"),
        (b"\n<!DOCTYPE html>\n<html>\n", ": expected .* found a web page"),
        (gzip.compress(b"<html>\n"), ": expected .* found a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", ": .* a Git LFS pointer"),
        (b"2 3\nthe \0\0\x80\x3f\0\n", ": expected .* found word2vec's binary format"),
        (b"\x80\x02}q\0.", ": expected .* found binary data"),
        ("the 1 2 3\n".encode("utf-16"), ": expected .* found UTF-16 text"),
        (gzip.compress(noise())[:9000], ": expected a whole gzip file, found it cut off"),
        (bz2.compress(noise())[:9000], ": expected a whole bzip2 file, found it cut"),
        (lzma.compress(noise())[:9000], ": expected a whole xz file, found it cut off"),
        (b"\xfd7zXZ\0" + noise(), ": expected a whole xz file, found it cut off or"),
        (
            zipped({"v.txt": noise()})[:9000],
            ": expected a whole zip archive, found it cut",
        ),
        (
            zipped({"a.txt": TEXT, "b.txt": TEXT}),
            ": expected one file glove.3d.txt .* found a.txt",
        ),
        (zipped({}), ": expected one file glove.3d.txt in it, found none"),
    ],
    # The content of an archive holds the time: workers of pytest would disagree on names.
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_holds_no_such_vectors_is_one_line(tmp_path, content, expected):
    path = write(tmp_path / "v.txt", content)
    with pytest.raises(InputError, match=f"^{path}{expected}") as error:
        read_vectors(path, {"the", "of"}, 3, MEMBER)
    assert "\n" not in str(error.value)


def test_an_encrypted_archive_and_a_missing_file_are_one_line(tmp_path):
    content = bytearray(zipped({"v.txt": TEXT}))
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        flags = content.index(start) + (6 if start.endswith(b"\x04") else 8)
        content[flags] |= 1
    path = write(tmp_path / "v.zip", bytes(content))
    with pytest.raises(InputError, match=r"v.zip, v.txt: .* password required"):
        read_vectors(path, WORDS, 3)
    with pytest.raises(InputError, match=r"none.gz: expected a file, found no file"):
        read_vectors(tmp_path / "none.gz", WORDS, 3)
    with pytest.raises(InputError, match=r"can be read: Is a directory"):
        read_vectors(tmp_path, WORDS, 3)


# Trees

TREES = {split: f"(3 {split})\n".encode() for split in ("train", "dev", "test")}
HASHES = {split: hashlib.sha256(text).hexdigest() for split, text in TREES.items()}


def folder(path, **files):
    path.mkdir(parents=True)
    for split, content in files.items():
        (path / f"{split}.txt").write_bytes(content)
    return path


@pytest.mark.parametrize(
    "make",
    [
        lambda path: folder(path, **TREES),
        lambda path: folder(path / "trees", **TREES).parent,
        lambda path: write(path, zipped({f"trees/{s}.txt": TREES[s] for s in TREES})),
        lambda path: write(path, zipped({f"{s}.txt": TREES[s] for s in TREES})),
    ],
    ids=["folder", "folder of trees", "zip as downloaded", "zip without a folder"],
)
def test_trees_are_found_in_whatever_place(tmp_path, make):
    source = make(tmp_path / "sst")
    for split, sha256 in HASHES.items():
        assert read_split_file(source, split, sha256) == TREES[split]
        with pytest.raises(InputError, match=f"{split}.txt: expected sha256 0+, found"):
            read_split_file(source, split, "0" * 64)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda path: path, "expected a folder or a zip archive, found none"),
        (lambda path: write(path, b"<html>"), "expected a folder .* found a web page"),
        (lambda path: write(path, TREES["dev"]), "expected a folder .* found text"),
        (
            lambda path: write(path, zipped({"x.txt": b""})),
            "expected one file trees/dev.txt",
        ),
        (lambda path: folder(path), "expected dev.txt or trees/dev.txt in it, found nei"),
        (lambda path: folder(path, dev=b"version https://git-lfs"), ".* Git LFS pointer"),
    ],
)
def test_what_is_no_copy_of_the_treebank_is_one_line(tmp_path, make, expected):
    with pytest.raises(InputError, match=expected) as error:
        read_split_file(make(tmp_path / "sst"), "dev", HASHES["dev"])
    assert str(error.value).startswith(str(tmp_path / "sst"))
    assert "\n" not in str(error.value)
