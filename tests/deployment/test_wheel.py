"""The wheel: the public names need its dependencies only; commands name their extra."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import interplay
from envs.conda_files import closure, read_lock
from interplay.__main__ import main

ROOT = Path(__file__).parents[2]
LOCK = read_lock(ROOT / "envs/requirements.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]

COMMANDS = {
    "verify": ["paper/results"],
    "explain": ["fig2c", "--results", "paper/results"],
    "digest": ["paper/results"],
    "diff": ["paper/results", "paper/results"],
    "crate": ["crate", "--results", "paper/results"],
    "codecheck": ["paper/results"],
    "archive": ["archived", "--results", "paper/results"],
    "run": ["-n"],
}
"""arguments; other commands have none"""

ALONE = {"digest"}
"""commands that need no extra"""

NAMES = """
import sys, interplay
for name in dir(interplay):
    getattr(interplay, name)
print(interplay.__version__, interplay.__file__)
print(interplay.load("mante", 0.9, 0, results="paper/results"))
"""

TRAINED = """
net = interplay.train("romo", 0.9, 0, N=32, epochs=5)
print(interplay.measure(net, test_trials=8, rank_trials=8).summary.epochs)
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Build the wheel of this checkout, offline."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    # pip would leave a folder `build` in the checkout, from which later wheels are made.
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(
        ROOT / "workflow/scripts", source / "workflow/scripts", ignore=ignored
    )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    words = [sys.executable, "-m", "pip", "wheel", "-q", *offline, "-w", folder, source]
    subprocess.run(words, check=True)
    (built,) = folder.glob("*.whl")
    return built


class Installed:
    """A virtual environment, and a folder with an archived run as its working directory."""

    def __init__(self, folder: Path, with_pip: bool):
        """Make the environment; it has no packages yet."""
        self.place, self.work = folder / "venv", folder / "work"
        venv.create(self.place, with_pip=with_pip)
        self.work.mkdir()
        (self.work / "paper").mkdir()
        (self.work / "paper/results").symlink_to(ROOT / "paper/results")

    def run(self, *words):
        """Run a program of the environment's folder `bin`."""
        hidden = ("PYTHONPATH", "VIRTUAL_ENV")
        environment = {k: v for k, v in os.environ.items() if k not in hidden}
        return subprocess.run(
            [str(self.place / "bin" / words[0]), *map(str, words[1:])],
            cwd=self.work, env=environment, capture_output=True, text=True,
        )  # fmt: skip

    def python(self, code):
        """Return the lines that a program prints; fail if it fails."""
        done = self.run("python", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def commands(self):
        """Return the names of all subcommands, as the help lists them."""
        told = self.run("interplay", "--help").stdout
        return re.findall(r"^    (\w+)", told, re.M)


@pytest.fixture(scope="module")
def alone(wheel, tmp_path_factory):
    """Install the wheel next to its dependencies, which are links to those of this Python."""
    installed = Installed(tmp_path_factory.mktemp("alone"), with_pip=False)
    (site,) = installed.place.glob("lib/python*/site-packages")
    for name in closure([Requirement(d).name for d in PROJECT["dependencies"]], LOCK):
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            (site / top).symlink_to(str(found.locate_file(top)))
    python = installed.place / "bin/python"
    words = ["--python", python, "install", "-q", "--no-index", "--no-deps", wheel]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True)
    return installed


def test_the_public_names_need_the_dependencies_only(alone):
    where, net = alone.python(NAMES)
    number, path = where.split(" ", 1)
    assert number == interplay.__version__
    assert Path(path).is_relative_to(alone.place)
    assert net.startswith("TrainedNetwork(mante, g=0.9, seed=0, N=256")


def test_a_command_works_or_names_its_extra_in_a_line(alone):
    commands = alone.commands()
    assert set(commands) >= {*COMMANDS, "data"}
    for command in commands:
        done = alone.run("interplay", command, *COMMANDS.get(command, []))
        advice = re.escape("pip install '.[workflow]' in a checkout")
        needs = rf"interplay: {command} needs (\w+): {advice}\n"
        if command in ALONE:
            assert (done.returncode, done.stderr) == (0, ""), command
        else:
            assert done.returncode == 1, command
            assert re.fullmatch(needs, done.stderr), done.stderr


def test_the_wheel_has_every_file_of_the_package(alone):
    (site,) = alone.place.glob("lib/python*/site-packages")
    package = ROOT / "workflow/scripts/interplay"
    files = (path for path in package.rglob("*") if path.is_file())
    expected = {path.relative_to(package) for path in files if path.suffix != ".pyc"}
    expected = {path for path in expected if "__pycache__" not in path.parts}
    assert all((site / "interplay" / path).is_file() for path in expected)


@pytest.mark.parametrize("command", ["run", "data"])
def test_a_command_for_a_checkout_says_so_elsewhere(
    command, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main([command]) == 1
    # Before it comes Snakemake's own line, that it found no Snakefile.
    *_, line = capsys.readouterr().err.splitlines()
    assert line.endswith("run this command in a checkout of the repository")


def test_a_missing_package_of_torch_names_the_other_extra(monkeypatch, capsys):
    for missing, extra in {"torch.nn": "torch", "yaml": "workflow"}.items():

        def raising(*_, missing=missing):
            raise ModuleNotFoundError(name=missing)

        monkeypatch.setattr("interplay.__main__.folders_with_receipts", raising)
        assert main(["digest"]) == 1
        package = missing.partition(".")[0]
        command = f"pip install '.[{extra}]' in a checkout"
        expected = f"interplay: digest needs {package}: {command}\n"
        assert capsys.readouterr().err == expected


def test_a_missing_module_of_our_own_is_not_taken_for_a_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "interplay.provenance.diff", None)
    with pytest.raises(ModuleNotFoundError):
        main(["diff", "a", "b"])


def test_the_lock_is_within_the_bounds():
    declared = [*PROJECT["dependencies"], *EXTRAS["workflow"], *EXTRAS["torch"]]
    for requirement in map(Requirement, declared):
        assert requirement.specifier.contains(LOCK[requirement.name]), requirement


def test_dependencies_and_extras_have_every_package_that_is_imported():
    declared = [*PROJECT["dependencies"], *EXTRAS["workflow"], *EXTRAS["torch"]]
    known = closure([Requirement(line).name for line in declared], LOCK)
    providers = packages_distributions()
    for file in (ROOT / "workflow/scripts").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for top in {name.partition(".")[0] for name in names} & providers.keys():
                owners = {canonicalize_name(owner) for owner in providers[top]}
                assert owners & {*known, "interplay"}, f"{file}: {top}"


@pytest.mark.slow
@pytest.mark.system
@pytest.mark.parametrize("oldest", [False, True], ids=["newest", "oldest"])
def test_from_the_registry(wheel, tmp_path, oldest):
    """Install the wheel as a user would, with the newest packages or the oldest allowed."""
    installed = Installed(tmp_path, with_pip=True)
    bounds = [line.replace(">=", "==") for line in PROJECT["dependencies"]]
    done = installed.run("pip", "install", "-q", wheel, *(bounds if oldest else ()))
    assert done.returncode == 0, done.stderr
    *_, epochs = installed.python(NAMES + TRAINED)
    assert epochs == "5"


@pytest.mark.slow
@pytest.mark.system
def test_every_command_works_with_the_extra(wheel, tmp_path):
    """Of the whole extra, commands find what they need, and no traceback comes."""
    installed = Installed(tmp_path, with_pip=True)
    done = installed.run("pip", "install", "-q", f"{wheel}[workflow]")
    assert done.returncode == 0, done.stderr
    for command in installed.commands():
        done = installed.run("interplay", command, *COMMANDS.get(command, []))
        said = done.stdout + done.stderr
        assert "Traceback" not in said and "pip install" not in said, said
