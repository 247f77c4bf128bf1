"""Fetching from a host, here one on this machine."""

import errno
import functools
import gc
import hashlib
import http.server
import threading
import zipfile
from types import SimpleNamespace

import pooch
import pytest

from interplay.sentiment import downloads
from interplay.sentiment.downloads import downloaded_archive
from interplay.storage.errors import InputError

# pooch leaves the connection of a response to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def collected():
    """Have that garbage collected here, and not in the midst of another file's test."""
    yield
    gc.collect()


TEXT = b"(3 (2 good) (2 film))\n"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def host(tmp_path):
    """A folder, and the address under which its files are served."""
    folder = tmp_path / "host"
    folder.mkdir()
    with zipfile.ZipFile(folder / "trees.zip", "w") as archive:
        archive.writestr("trees/train.txt", TEXT)
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def fetch(host, folder, name="trees.zip", digest=None, member="trees/train.txt"):
    served, address = host
    if digest is None:
        digest = sha256((served / name).read_bytes())
    with downloaded_archive([f"{address}/{name}"], digest, folder) as archive:
        archive.extract(member, folder / "train.txt")


def test_a_file_is_taken_out_of_the_archive_and_nothing_else_stays(host, tmp_path):
    fetch(host, tmp_path / "data")
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["train.txt"]
    assert (tmp_path / "data" / "train.txt").read_bytes() == TEXT


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"digest": "0" * 64}, "trees.zip: expected to download it"),
        ({"name": "none.zip", "digest": "0" * 64}, "none.zip: expected to download it"),
        ({"member": "trees/dev.txt"}, "trees.zip: expected trees/dev.txt in it"),
        ({"name": "no.zip"}, "no.zip: expected a zip archive"),
        ({"name": "half.zip"}, "half.zip: expected a zip archive"),
    ],
)
def test_what_goes_wrong_is_one_line_and_leaves_nothing(
    host, tmp_path, options, expected
):
    served, address = host
    (served / "no.zip").write_bytes(TEXT)
    (served / "half.zip").write_bytes((served / "trees.zip").read_bytes()[:40])
    with pytest.raises(InputError) as error:
        fetch(host, tmp_path / "data", **options)
    assert str(error.value).startswith(address)
    assert expected in str(error.value)
    assert "\n" not in str(error.value)
    assert not list((tmp_path / "data").iterdir())


def test_a_host_that_does_not_answer_is_named(tmp_path):
    url = "http://127.0.0.1:9/trees.zip"
    with (
        pytest.raises(InputError, match=r"http://127.0.0.1:9/trees.zip: expected"),
        downloaded_archive([url], "0" * 64, tmp_path / "data"),
    ):
        pass
    assert not list((tmp_path / "data").iterdir())


def test_hosts_are_tried_in_turn(host, tmp_path):
    served, address = host
    (served / "other.zip").write_bytes(TEXT)
    digest = sha256((served / "trees.zip").read_bytes())
    names = ["none.zip", "other.zip", "trees.zip", "later.zip"]
    urls = [f"{address}/{name}" for name in names]
    with downloaded_archive(urls, digest, tmp_path / "data") as archive:
        archive.extract("trees/train.txt", tmp_path / "train.txt")
    assert (tmp_path / "train.txt").read_bytes() == TEXT
    with (
        pytest.raises(InputError, match=r"none.zip: expected .*; .*other.zip: expected"),
        downloaded_archive(urls[:2], digest, tmp_path / "data"),
    ):
        pass
    assert not list((tmp_path / "data").iterdir())


def test_a_file_of_the_archive_is_checked_before_it_is_in_place(host, tmp_path):
    served, address = host
    digest = sha256((served / "trees.zip").read_bytes())
    path = tmp_path / "data" / "train.txt"
    with downloaded_archive([f"{address}/trees.zip"], digest, path.parent) as archive:
        with pytest.raises(InputError, match=r"trees/train.txt: expected sha256 0+, fou"):
            archive.extract("trees/train.txt", path, "0" * 64)
        assert not path.exists()
        archive.extract("trees/train.txt", path, sha256(TEXT))
    assert path.read_bytes() == TEXT


@pytest.mark.parametrize("module", ["pooch", "shutil"])
def test_a_full_disk_is_no_failed_download(host, tmp_path, monkeypatch, module):
    def fail(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    broken = SimpleNamespace(retrieve=fail, copyfileobj=fail, get_logger=pooch.get_logger)
    monkeypatch.setattr(downloads, module, broken)
    with pytest.raises(OSError, match="No space left") as error:
        fetch(host, tmp_path / "data")
    assert not isinstance(error.value, InputError)
    assert not list((tmp_path / "data").iterdir())
