"""`interplay run`: natural arguments, broken files, and what a run shows."""

import os
import pty
import re
import shutil
import subprocess
import sys
from copy import deepcopy

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from snakemake.cli import get_argument_parser
from snakemake.utils import update_config

from interplay.configuration.files import merged
from interplay.snakemake_arguments import (
    CONFIGFILE,
    DIRECTORY,
    NAMES,
    PAIRS,
    asks_for_other_output,
    configuration_of,
    is_dry,
    only_looks,
    ordered,
    values_of,
)
from interplay.storage.errors import InputError
from interplay.terminal.screen import BACK
from tests.conftest import TINY

FILE = "--configfile a.yaml"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (f"{FILE} fig2 --cores 2", f"{FILE} --cores 2 -- fig2"),
        (f"{FILE} b.yaml fig2 fig1", f"{FILE} b.yaml -- fig2 fig1"),
        (f"--cores 2 {FILE} -- fig2", f"--cores 2 {FILE} -- fig2"),
        (FILE, FILE),
        ("fig2 --cores 2", "fig2 --cores 2"),
        ("--cores 2 fig2", "--cores 2 fig2"),
        ("--config treebank=a fig2 glove=b", "--config treebank=a glove=b -- fig2"),
        ("--resources gpu=1 fig2 -n", "--resources gpu=1 -n -- fig2"),
        ("--until fig2 -n overview", "--until fig2 -n overview"),
        ("-R a b -- fig2", "-R a b -- fig2"),
    ],
)
def test_a_target_after_a_configuration_file_is_a_target(tmp_path, arguments, expected):
    assert ordered(arguments.split(), tmp_path) == expected.split()


@pytest.mark.parametrize("option", NAMES)
def test_a_target_that_an_option_of_names_would_swallow_is_refused(tmp_path, option):
    words = ["-n", option, "train_network", "overview"]
    expected = (
        f"{option} train_network overview: .*write `{option} train_network -- overv"
    )
    with pytest.raises(InputError, match=expected):
        ordered(words, tmp_path)


def test_options_that_take_several_words_are_those_of_snakemake():
    known = {
        name: action
        for action in get_argument_parser()._actions
        if action.nargs in ("+", "*")
        for name in action.option_strings
    }
    assert known.keys() > {*NAMES, *PAIRS, *CONFIGFILE}


def test_options_are_read():
    words = ["--cores", "2", "--configfile", "a.yaml", "b.yaml", "--directory", "there"]
    assert values_of(CONFIGFILE, words) == ["a.yaml", "b.yaml"]
    assert values_of(CONFIGFILE, ["--configfile=a.yaml"]) == ["a.yaml"]
    assert values_of(DIRECTORY, words) == ["there"]
    assert values_of(DIRECTORY, []) == []


OWN_OUTPUT = (
    "--quiet, -q rules, -np, -p, --logger rich, --summary, -S, --lint, --list, -l, --li, "
    "--dag, --verbose, --help, -h, --version, --unlock, --report, --printshellcmds"
)
LINE_OF_PROGRESS = (
    "-call, -c 2, -j4, -n, -nF, -k, -F, --keep-going, --configfile preview.yaml, -T 2, "
    "--touch -t, --config treebank=a, --latency-wait 5, --local-cores 2, --directory d, "
    "--default-resources, --sdm conda, --retries 3, --rerun-triggers mtime, -d there, "
    "--resources gpu=1, --dry-run, --executor slurm, --container-image a.sif, "
    "--prioritize fig2, --forceall"
)


@pytest.mark.parametrize(
    ("asks", "those_that_do", "those_that_do_not"),
    [
        (asks_for_other_output, OWN_OUTPUT, LINE_OF_PROGRESS),
        (
            is_dry,
            "-n, -nF, -Fn, --dry-run, --dryrun, -np",
            "--nolock, -k, -call, --no-hooks",
        ),
        (
            only_looks,
            "-n, --list, -S, --version, -nF, --dag",
            "-p, --unlock, --quiet, -F, --touch, --delete-all-output, fig2",
        ),
    ],
)
def test_options_are_known_by_what_they_ask_for(asks, those_that_do, those_that_do_not):
    for words in those_that_do.split(", "):
        assert asks(["--cores", "2", *words.split()]), words
        assert not asks(["--cores", "2", "--", *words.split()]), words
    for words in those_that_do_not.split(", "):
        assert not asks(words.split()), words


values = st.recursive(
    st.none() | st.integers() | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
files = st.lists(st.dictionaries(st.sampled_from("abc"), values), max_size=3)


@settings(max_examples=50)
@given(files)
def test_files_are_merged_as_snakemake_does(contents):
    expected = {}
    for content in deepcopy(contents):
        update_config(expected, content)
    assert merged(contents) == expected


def test_the_configuration_is_the_base_and_the_named_files(tmp_path):
    (tmp_path / "config.yaml").write_text("a: {b: 1, c: 2}\n")
    (tmp_path / "small.yaml").write_text("a: {b: 3}\n")
    arguments = ["--configfile", "small.yaml"]
    assert configuration_of(arguments, tmp_path) == {"a": {"b": 3, "c": 2}}
    entries = ["--config", "a={c: 4}", "tasks=own/"]
    found = configuration_of([*arguments, *entries], tmp_path)
    assert found == {"a": {"b": 3, "c": 4}, "tasks": "own"}
    elsewhere = [*arguments, "-s", "there/Snakefile"]
    assert configuration_of(elsewhere, tmp_path) == {"a": {"b": 3}}
    (tmp_path / "config.yaml").unlink()
    assert configuration_of(arguments, tmp_path) == {"a": {"b": 3}}


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


@pytest.mark.slow
def test_a_run_at_a_terminal_in_a_pipe_and_with_an_error(copies):
    """One small target: a moving line, plain lines, a dry run, an error, Snakemake's own."""
    folder = copies()
    (folder / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    scripts = {"PYTHONPATH": str(folder / "workflow/scripts"), "TERM": "xterm"}
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "CI")} | scripts
    snakemake = [sys.executable, "-m", "snakemake", "-n"]
    arguments = [
        "--cores",
        "1",
        "--configfile",
        "preview.yaml",
        "tiny.yaml",
        "--",
        "fig4",
    ]
    command = [sys.executable, "-m", "interplay", "run", *arguments]

    # At a terminal: a line that moves, and the end.
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, cwd=folder, stdout=theirs, stderr=theirs, env=env)
    os.close(theirs)
    said = read_all(ours)
    assert process.wait() == 0, said
    drawn = said.split(BACK)
    assert any(
        re.search(r"\d+/\d+ jobs  \d+:\d\d, .+ left  .*Training .*linear", x)
        for x in drawn
    )
    assert "\n" not in "".join(drawn[:-1])
    end = drawn[-1].replace("\r\n", "\n")
    preview = "Preview  numbers and verdicts are not those of the full reproduction\n"
    ending = (
        f"{preview}Figures  results/preview/figures/fig4.svg\n"
        "Site     results/preview/site/index.html\nTime "
    )
    assert end.startswith(ending)
    site = folder / "results/preview/site"
    assert "tables/linear.csv" in (site / "experiments/linear.html").read_text()
    (log,) = (folder / ".snakemake/log").glob("*.log")
    assert "Training a linear network" in log.read_text()

    def run(command):
        return subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True
        )

    # Nothing to be done, in a pipe. A run without a site is a run.
    (site / "index.html").unlink()
    again = run(command)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.startswith(
        f"{preview}Figures  results/preview/figures/fig4.svg\nSite     not written: "
    )
    assert "preview/site: expected no folder, or one by `interplay site`" in again.stdout
    shutil.rmtree(site)
    assert run(command).stdout.startswith(ending)

    # An error in a job, in a pipe.
    table = folder / "results/preview/tables/linear.csv"
    table.write_text("damaged\n")
    failed = run(command)
    assert failed.returncode == 1
    told = [line for line in failed.stderr.splitlines() if " jobs  " not in line]
    assert len(told) == 1
    assert told[0].startswith("compare_first_order: expected tables of ")
    assert told[0].endswith("(see results/preview/logs/linear/first_order.log)")
    assert "\x1b" not in failed.stderr
    first, *_, last = failed.stdout.splitlines()
    assert first.startswith("Failed   Comparing linear networks")
    assert first.endswith("results/preview/logs/linear/first_order.log")
    assert last.startswith("Time ")

    # A dry run says what the run will cost; Snakemake's own says what will run.
    (folder / "results/preview/figures/fig4.svg").unlink()
    dry = run([*command[:4], "-n", *arguments])
    assert dry.returncode == 0
    assert dry.stdout.splitlines()[0].split() == ["stage", "jobs", "CPU", "time", "disk"]
    assert "Job stats" in run([*snakemake, *arguments]).stdout
    assert "Job stats" in run([*command[:4], "-np", *arguments]).stdout


def read_all(terminal):
    """Return what was written to a terminal until its other end was closed."""
    read = []
    while True:
        try:
            read.append(os.read(terminal, 1 << 16))
        except OSError:
            return b"".join(read).decode()
