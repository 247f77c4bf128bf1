"""The code as an input: what changes its hash, and what does not."""

import pytest

from interplay.provenance.code import code_hash
from interplay.storage.errors import InputError


@pytest.fixture
def scripts(tmp_path):
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "__init__.py").write_text("")
    (tmp_path / "library" / "near.py").write_text("from library.far import f\n")
    (tmp_path / "library" / "far.py").write_text(
        'def f():\n    """Doc."""\n    return 1\n'
    )
    (tmp_path / "library" / "apart.py").write_text("x = 1\n")
    (tmp_path / "script.py").write_text("from library.near import f\nprint(f())\n")
    return tmp_path


def test_a_module_behind_an_import_counts(scripts):
    before = code_hash(scripts / "script.py")
    (scripts / "library" / "far.py").write_text("def f():\n    return 2\n")
    assert code_hash(scripts / "script.py") != before


def test_comments_docstrings_and_layout_do_not_count(scripts):
    before = code_hash(scripts / "script.py")
    text = '# why\ndef f():\n    """Other words."""\n\n    return (1)\n'
    (scripts / "library" / "far.py").write_text(text)
    assert code_hash(scripts / "script.py") == before


def test_a_module_that_is_not_imported_counts_only_if_named(scripts):
    before = code_hash(scripts / "script.py")
    named = code_hash(scripts / "script.py", ["library.apart"])
    (scripts / "library" / "apart.py").write_text("x = 2\n")
    assert code_hash(scripts / "script.py") == before
    assert code_hash(scripts / "script.py", ["library.apart"]) != named


def test_a_named_module_must_exist(scripts):
    with pytest.raises(FileNotFoundError, match=r"library\.none"):
        code_hash(scripts / "script.py", ["library.none"])


def test_a_file_that_is_not_python_is_named_with_its_line(scripts):
    (scripts / "library" / "near.py").write_text("x = 1\ndef\n")
    with pytest.raises(InputError, match=r"near\.py, line 2: expected Python: "):
        code_hash(scripts / "script.py")


def test_a_relative_import_is_refused_since_the_hash_would_miss_it(scripts):
    (scripts / "library" / "near.py").write_text("from .far import f\n")
    with pytest.raises(ValueError, match="expected absolute imports only"):
        code_hash(scripts / "script.py")
