"""Files that are whole or not there."""

import numpy as np
import pandas as pd
import pytest

from interplay.storage.arrays import read_arrays, write_arrays
from interplay.storage.errors import InputError
from interplay.storage.files import read_json, replacing, write_json
from interplay.storage.tables import read_table, write_table

TABLE = pd.DataFrame({"hold": ["", "last_pulse"], "rank": [2, 3]})


def test_what_is_written_is_read_and_others_may_read_it(tmp_path):
    write_arrays({"W": np.eye(3)}, tmp_path / "a.safetensors")
    write_json({"g": 0.9}, tmp_path / "a.json")
    for suffix in ("csv", "parquet"):
        write_table(TABLE, tmp_path / f"a.{suffix}")
        pd.testing.assert_frame_equal(read_table(tmp_path / f"a.{suffix}"), TABLE)
    arrays = read_arrays(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(arrays["W"], np.eye(3))
    assert arrays["W"].flags.writeable
    assert read_json(tmp_path / "a.json") == {"g": 0.9}
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o644}


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
