"""Files that are whole or not there."""

import ast
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from interplay.storage.arrays import read_arrays, write_arrays
from interplay.storage.errors import InputError
from interplay.storage.files import read_json, replacing, write_json
from interplay.storage.tables import concatenate, read_table, write_table

TABLE = pd.DataFrame({"hold": ["", "last_pulse"], "rank": [2, 3]})


@pytest.fixture(params=[0o022, 0o002, 0o077])
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_what_is_written_is_read_and_the_umask_says_by_whom(tmp_path, umask):
    write_arrays({"W": np.eye(3)}, tmp_path / "a.safetensors")
    write_json({"g": 0.9}, tmp_path / "a.json")
    for suffix in ("csv", "parquet"):
        write_table(TABLE, tmp_path / f"a.{suffix}")
        pd.testing.assert_frame_equal(read_table(tmp_path / f"a.{suffix}"), TABLE)
    arrays = read_arrays(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(arrays["W"], np.eye(3))
    assert arrays["W"].flags.writeable
    assert read_json(tmp_path / "a.json") == {"g": 0.9}
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {
        0o666 & ~umask
    }


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.json"
    write_json(1, path)
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert read_json(path) == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "name, read",
    [
        ("a.json", read_json),
        ("a.safetensors", read_arrays),
        ("a.parquet", read_table),
        ("a.csv", read_table),
    ],
)
def test_a_missing_or_damaged_file_is_named(tmp_path, name, read):
    with pytest.raises(InputError, match=f"{name}: expected .*, found no file"):
        read(tmp_path / name)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError, match=f"{name}: expected .*, found damage"):
        read(tmp_path / name)


SOURCES = Path(__file__).parents[2] / "workflow"


def test_no_file_is_text_of_the_locale():
    found = []
    for path in [*SOURCES.rglob("*.py"), Path(SOURCES.parent, "envs/conda_files.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and not names_an_encoding(node):
                found.append(f"{path}:{node.lineno}")
    assert found == []


def names_an_encoding(call):
    """Return whether a call opens no text, or says how the text is encoded."""
    words = [*call.args, *(keyword.value for keyword in call.keywords)]
    values = [word.value for word in words if isinstance(word, ast.Constant)]
    match call.func:
        case ast.Attribute(attr="read_text" | "write_text"):
            return "utf-8" in values
        case ast.Name(id="open"):
            return "utf-8" in values or any("b" in str(value) for value in values)
        case ast.Attribute(attr="open"):
            return "utf-8" in values or not any(
                key.arg == "newline" for key in call.keywords
            )
    return all(keyword.arg != "text" for keyword in call.keywords)


def test_tables_of_other_columns_are_not_gathered():
    one = pd.DataFrame({"g": [0.9], "rank": [2]})
    assert concatenate([one, one.iloc[:0], one]).equals(
        pd.concat([one, one], ignore_index=True)
    )
    for other in (pd.DataFrame(columns=["damaged"]), one[["rank", "g"]]):
        with pytest.raises(InputError, match=r"^expected tables of g, rank; found "):
            concatenate([one, other])
