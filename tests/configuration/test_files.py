"""Configuration files: what has two meanings is refused, in one line with file and line."""

import json
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interplay.configuration.files import command_line_values, read_yaml
from interplay.configuration.paths import expand_paths
from interplay.configuration.schema import number_as_written
from interplay.storage.errors import InputError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\nb: 2\n", "broken.yaml, line 2: expected YAML: "),
        ("a: 1\n\tb: 2\n", "broken.yaml, line 2: expected YAML: "),
        ("a: 1\n---\nb: 2\n", "broken.yaml, line 2: expected YAML: "),
        ("a: {b: 1,\n b: 2}", "line 2: a/b: expected each key once, found it again"),
        ("a:\n- &x {b: 1}\n- {<<: *x, c: 1, c: 2}", "line 3: a/1/c: expected each"),
        ('{"a": {"b": 1, "b": 2}}', "broken.yaml: b: expected each key once"),
        ("a: {b: 032}", "line 1: a/b: .* 032, which YAML reads as 26; text needs quotes"),
        ("a: [1,\n 010]", "line 2: a/1: expected a decimal number, found 010"),
        ("1:30: x", "line 1: 1:30: expected a decimal number.* reads as 90"),
        ("a: 1:30.5", "found 1:30.5, which YAML reads as 90.5"),
        ("a: 0o17", "found 0o17, which YAML reads as text"),
        ("a: 0b11", "found 0b11, which YAML reads as 3"),
        ("a: 08", "found 08, which YAML reads as text"),
        (
            "a: {on: 1}",
            'a/on: expected a name, found on, which YAML reads as true; .*"on"',
        ),
        ("~: 1", "line 1: ~: expected a name, found ~, which YAML reads as null"),
        ("a: 2026-02-30", "broken.yaml: expected YAML: "),
        (b"a: \xff\n", "broken.yaml: expected UTF-8 text"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path, text, message):
    path = tmp_path / "broken.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=message) as refusal:
        read_yaml(path)
    assert "\n" not in str(refusal.value)


def test_what_has_one_meaning_is_read_as_it_is_written(tmp_path):
    text = (
        "a: &x {b: 0, c: 0x1F, d: -0.5, e: .5, f: 1_000, g: '032', h: 0.10, on1: yes}\n"
    )
    path = tmp_path / "fine.yaml"
    path.write_text(f"{text}i: {{<<: *x, b: 2}}\nj: 1.0e+3\n")
    assert read_yaml(path) == yaml.safe_load(path.read_text())
    tabs = '{\n\t"a": [1, 1e3]\n}'
    path.write_text(tabs)
    assert read_yaml(path) == json.loads(tabs)


def test_entries_of_the_command_line_are_read_as_in_a_file():
    entries = ["nonlinear={seeds: [1.0, 2]}", "treebank=010", "glove={x"]
    assert command_line_values(entries[:2]) == {"nonlinear": {"seeds": [1.0, 2]}}
    with pytest.raises(InputError, match="--config glove, line 2: expected YAML"):
        command_line_values(entries)


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers()


@given(numbers, st.sampled_from(["{!r}", "{:e}", "{:E}", "{:g}", "{:+.3e}"]))
def test_a_hint_is_read_as_the_number_that_was_meant(number, form):
    text = form.format(number).replace("e+", "e")
    hint = number_as_written(text, whole=False)
    assert isinstance(read := yaml.safe_load(hint), float)
    assert read == float(text)
    if hint := number_as_written(text, whole=True):
        assert isinstance(read := yaml.safe_load(hint), int)
        assert read == Decimal(text)


@pytest.mark.parametrize("text", ["", "x", "nan", "-inf", "1e", "1.5.2"])
def test_what_is_no_number_gets_no_hint(text):
    assert number_as_written(text, whole=False) == ""


def test_a_home_is_expanded(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    config = {
        "pathvars": {"results": "~/r/", "resources": "./x"},
        "glove": "~/g",
        "x": "~",
    }
    expand_paths(config)
    folders = {"results": "/home/me/r", "resources": "x"}
    assert config == {"pathvars": folders, "glove": "/home/me/g", "x": "~"}
    with pytest.raises(InputError, match="config: tasks: expected the home of a user"):
        expand_paths({"tasks": "~nobody-of-this-name/x"})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.yaml: expected a YAML file, found none"):
        read_yaml(tmp_path / "none.yaml")
