"""Every command in the READMEs and docs: a target of the Makefile, or a command that runs."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from interplay.__main__ import _parser, main
from interplay.configuration.files import merged, read_yaml
from tests.conftest import TINY

ROOT = Path(__file__).parents[2]
FOLDERS = "bench/README.md", "paper/README.md"
PAGES = ["README.md", "CONTRIBUTING.md", *FOLDERS, *sorted(ROOT.glob("docs/*.md"))]
LITERALLY = "own_task.md", "neurogym.md"
"""pages whose commands are run by tests/workflow/test_own_task.py, and in tests/deployment"""

RUNS = ("snakemake ", "interplay run")
DIGEST = f"sha256:{'0' * 64}"
BEFORE = re.compile(r"(PYTHONPATH=\S+ )?(\.venv/bin/)?")
"""what comes before the name of a program"""


def commands():
    """Yield the commands that the pages show, alone on a line or within a sentence."""
    for page in (ROOT / name for name in PAGES):
        if page.name in LITERALLY:
            continue
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
        lines = re.findall(r"^    (\S.*)$", text, re.M)
        lines += re.findall(r"`((?:interplay|snakemake|make|python -m) [^`]+)`", text)
        for line in lines:
            for command in line.split(" && "):
                yield BEFORE.sub("", command.partition(" #")[0].strip(), count=1)


def test_the_targets_of_make_are_there():
    targets = re.findall(r"^([\w.][\w/-]*):", (ROOT / "Makefile").read_text(), re.M)
    named = {command.split()[1] for command in commands() if command.startswith("make ")}
    assert {"preview", "reproduce", "test", "lock"} <= named
    assert named <= set(targets)


def audits():
    """Return the words of each command of `interplay` that does not run the workflow."""
    found = set()
    for command in commands():
        # The shell replaces $(…), always a digest here, as is sha256:…, and removes `> FILE`.
        alone = re.sub(r"\$\(.*\)|sha256:…", DIGEST, command).partition(" > ")[0]
        if alone.startswith("interplay ") and not alone.startswith(RUNS):
            found.add(tuple(shlex.split(alone)[1:]))
    return sorted(found)


@pytest.mark.parametrize("words", audits(), ids=" ".join)
def test_a_command_of_interplay_has_the_arguments_that_it_takes(words):
    if len(words) > 1:
        _parser().parse_args(words)
        return
    # A sentence that names the command only, without its arguments.
    with pytest.raises(SystemExit, match=r"^0$"):
        _parser().parse_args([*words, "--help"])


def test_the_commands_with_options_are_among_them():
    options = {(words[0], word) for words in audits() for word in words if "--" in word}
    assert {("verify", "--digest"), ("crate", "--check")} <= options


def test_the_benchmarks_have_the_options_that_the_page_names():
    named = {command for command in commands() if command.startswith("python -m bench")}
    assert named
    for command in named:
        module, *words = command.split()[2:]
        path = ROOT / module.replace(".", "/")
        file = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
        for option in (word for word in words if word.startswith("-")):
            assert f'"{option}"' in file.read_text(), command


@pytest.fixture(scope="module")
def folder(copies):
    """Return a copy whose own configurations are tiny, so that dry runs take less time."""
    folder = copies()
    names = "config.yaml", "preview.yaml"
    full, preview = (read_yaml(folder / name) for name in names)
    tiny = merged([full, preview, TINY])
    for name, content in zip(names, (tiny, merged([preview, TINY])), strict=True):
        (folder / name).write_text(yaml.safe_dump(content))
    # A container's image takes minutes to make. A dry run only asks whether it is there.
    (folder / "envs/interplay.sif").touch()
    return folder


def runs():
    """Return the commands that run the workflow; two that differ in the target are one."""
    together = {}
    for command in sorted(set(commands())):
        if command.startswith(RUNS) and "--report" not in command:
            *words, last = command.split()
            of_option = words[-1].startswith("-")
            target = last.isidentifier() and len(words) > 1 and not of_option
            key = " ".join(words) if target else command
            together.setdefault(key, []).extend([last] if target else [])
    return [" ".join([key, *targets]) for key, targets in together.items()]


@pytest.mark.slow
@pytest.mark.parametrize("command", runs())
def test_a_run_of_the_workflow_would_start(folder, command):
    words = shlex.split(command)
    module = ["snakemake", "--nolock"]
    if words[0] == "interplay":
        module = ["interplay", *words[1:2]]
        words = words[1:]
    dry = [] if {"-n", "--rulegraph"} & set(words) else ["-n"]
    for deployment in {"conda", "apptainer"} & set(words):
        if not shutil.which(deployment):
            pytest.skip(f"expected {deployment} to be installed, found none")
    ended = subprocess.run(
        [sys.executable, "-m", *module, *dry, *words[1:]],
        cwd=folder,
        env=os.environ | {"CI": "1"},
        capture_output=True,
        text=True,
    )
    if "~/" in command:
        # The reader's own downloads: the run says that they are not here before it starts.
        assert (
            "expected a folder or a zip archive, found none"
            in ended.stdout + ended.stderr
        )
        return
    if "field.yaml" in command and not importlib.util.find_spec("neurogym"):
        # An optional package: the run names the command that installs it.
        assert "envs/neurogym.txt), which it imports, found none" in ended.stderr
        return
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.slow
def test_the_commands_of_the_audit_run(reproduction, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(reproduction.folder)
    folders = {"paper/results", "results", "other/results", "FOLDER"}
    ran = set()
    for command in set(commands()):
        if not re.fullmatch(r"interplay [\w ./]+", command):
            continue
        words = shlex.split(command)[1:]
        if words[0] in ("run", "restore"):
            continue
        ran.add(words[0])
        words = ["results/preview" if word in folders else word for word in words]
        if words[0] in ("crate", "archive"):
            words = [words[0], "--results", "results/preview", str(tmp_path / words[0])]
        if len(words) > 1 or words[0] in ("verify", "data"):
            assert main(words) == 0, command
    expected = {"verify", "explain", "diff", "digest", "archive", "crate", "codecheck"}
    assert ran == expected | {"data", "site"}
    assert "are the same run" in capsys.readouterr().out
