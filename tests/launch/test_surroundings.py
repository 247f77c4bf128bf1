"""Accounts without a home, files of other users, and places where .venv cannot be."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from envs.check_place import obstacle as obstacle_of_make
from interplay.__main__ import main
from interplay.storage.errors import InputError
from interplay.surroundings import FOLDERS, refuse_unwritable, variables

NOBODY = 65534


@pytest.fixture
def nobody():
    """Have another user's rights; root can take them."""
    if os.getuid():
        pytest.skip("expected to be root, found another user")
    # access() asks for the real user, and the effective one can come back.
    os.setreuid(NOBODY, 0)
    yield
    os.setreuid(0, 0)


def only(monkeypatch, **environment):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", *FOLDERS):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, str(value))


def test_a_user_with_a_home_gets_utf_8_only(monkeypatch, tmp_path):
    only(monkeypatch, HOME=tmp_path, USER="me", XDG_CACHE_HOME=tmp_path / "not/yet")
    assert variables(tmp_path / "other") == {"PYTHONUTF8": "1"}


def test_a_user_without_a_home_gets_one(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    folders = {"HOME": tmp_path / "file", "XDG_CACHE_HOME": tmp_path / "file/cache"}
    only(monkeypatch, **folders)
    found = variables(tmp_path / "other")
    assert found.pop("USER")
    expected = dict.fromkeys(folders, str(tmp_path / "other"))
    assert found == {"PYTHONUTF8": "1", **expected}


def test_a_user_without_an_account_has_a_number_and_no_home(monkeypatch, nobody):
    only(monkeypatch)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    found = variables(Path("/other"))
    assert found == {"PYTHONUTF8": "1", "USER": str(NOBODY), "HOME": "/other"}


def test_what_another_user_may_not_write_to_is_named(tmp_path, nobody):
    folder, part = tmp_path / "results", tmp_path / "results/tables"
    part.mkdir(parents=True)
    # pytest makes its folders for one user only.
    own = [one for one in tmp_path.parents if one.stat().st_mode & 0o077 == 0]
    for one in (*own, tmp_path, folder):
        one.chmod(0o777)
    (part / "a.csv").touch()
    for path, mode in ((part, 0o755), (part / "a.csv", 0o644)):
        with pytest.raises(InputError, match=f"^{path}: .*user root with mode {mode:o}"):
            refuse_unwritable([folder], whole=True)
        path.chmod(0o777)
    refuse_unwritable([folder, tmp_path / "results/not/yet"], whole=True)
    folder.chmod(0o755)
    with pytest.raises(InputError, match=f"^{folder}: expected a folder to write to"):
        refuse_unwritable([folder / "not/yet"], whole=False)


@pytest.mark.parametrize("character", ["$", "`", '"', "\\", "\n"])
def test_make_says_which_paths_it_cannot_use(tmp_path, character):
    assert obstacle_of_make(f"{tmp_path}/a{character}b", "").endswith("; move it")
    assert "move it" not in obstacle_of_make(f"{tmp_path}", "")


def test_make_and_the_command_notice_an_environment_of_another_checkout(
    tmp_path, monkeypatch, capsys
):
    old, new = tmp_path / "old", tmp_path / "ein 'neuer' Ort"
    for folder in (old, new):
        (folder / "workflow/scripts/interplay").mkdir(parents=True)
    assert obstacle_of_make(str(new), str(new)) == ""
    assert f"found a copy of {old}/.venv" in obstacle_of_make(str(new), str(old))
    shutil.rmtree(old)
    assert f"found a copy of {old}/.venv" in obstacle_of_make(str(new), str(old))
    monkeypatch.setattr(sys, "argv", [str(new / ".venv/bin/interplay"), "data"])
    assert main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{new}/.venv: expected the environment of {new}, found that of " in line
