"""`interplay run`: natural arguments, broken files, and locks of Snakemakes that are gone."""

import subprocess
import sys
import time

import pytest

from interplay.launch import (
    configuration_files,
    ordered,
    release_stale_lock,
    snakemake_in,
    working_directory,
)
from interplay.storage.errors import InputError


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--configfile a.yaml fig2 --cores 2", "--configfile a.yaml --cores 2 -- fig2"),
        (
            "--configfile a.yaml b.yaml fig2 fig1",
            "--configfile a.yaml b.yaml -- fig2 fig1",
        ),
        (
            "--cores 2 --configfile a.yaml -- fig2",
            "--cores 2 --configfile a.yaml -- fig2",
        ),
        ("--configfile a.yaml", "--configfile a.yaml"),
        ("fig2 --cores 2", "fig2 --cores 2"),
        ("--cores 2 fig2", "--cores 2 fig2"),
    ],
)
def test_a_target_after_a_configuration_file_is_a_target(tmp_path, arguments, expected):
    assert ordered(arguments.split(), tmp_path) == expected.split()


def test_options_are_read():
    words = ["--cores", "2", "--configfile", "a.yaml", "b.yaml", "--directory", "there"]
    assert configuration_files(words) == ["a.yaml", "b.yaml"]
    assert configuration_files(["--configfile=a.yaml"]) == ["a.yaml"]
    assert working_directory(words) == "there"
    assert working_directory([]) == "."


def locked(folder):
    lock = folder / ".snakemake" / "locks" / "0.output.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("results/fig1.pdf\n")
    return lock


def test_the_lock_of_a_snakemake_that_is_gone_is_removed(tmp_path):
    lock = locked(tmp_path)
    release_stale_lock(tmp_path)
    assert not lock.exists()
    release_stale_lock(tmp_path)


def test_the_lock_of_a_snakemake_that_runs_is_kept(tmp_path):
    # Its command line is that of Snakemake; it only waits.
    program = "import time; time.sleep(60)"
    (tmp_path / "snakemake").write_text(program)
    running = subprocess.Popen([sys.executable, "snakemake"], cwd=tmp_path)
    try:
        while snakemake_in(tmp_path) is None and running.poll() is None:
            time.sleep(0.05)
        lock = locked(tmp_path)
        with pytest.raises(InputError, match=f"running here .process {running.pid}."):
            release_stale_lock(tmp_path)
        assert lock.exists()
    finally:
        running.kill()
        running.wait()
    release_stale_lock(tmp_path)
    assert not lock.exists()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["none.yaml"], "none.yaml: expected a YAML file, found none"),
        (["broken.yaml"], "broken.yaml, line 2: expected YAML"),
    ],
)
def test_a_configuration_file_that_is_wrong_is_one_line(tmp_path, files, message):
    (tmp_path / "broken.yaml").write_text("a: [1\nb: 2\n")
    command = [sys.executable, "-m", "interplay", "run", "-n", "--configfile", *files]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 1
    assert message in ended.stderr
    assert ended.stderr.count("\n") == 1
