"""Record what a job is while it runs: its code, inputs, software, machine and times.

A receipt copies this record; nothing in it is derived later. `workflow/scripts/job.py` loads
this module by name, so it belongs to the code of no job.
"""

import json
import os
import platform
import re
import site
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from interplay.provenance.code import TASKS, Sources, code_file, text_hash
from interplay.provenance.git import state_of
from interplay.storage.errors import InputError
from interplay.storage.files import read_json, write_json
from interplay.storage.hashes import file_hash

LOCK = "envs/requirements.txt"
"""pinned versions of all packages, relative to the workflow's folder"""

RUN = Path("logs", "workflow", "run.json")
"""file of a results folder that describes its last run to the jobs"""

PLAN = RUN.with_name("plan.json")
"""file that describes all jobs of a configuration, written when Snakemake only touches"""

RECORD = ".job.json"
"""suffix of a job's record, in place of the suffix of its log file"""

VECTOR_FLAGS = ("sse4", "avx", "fma", "amx", "asimd", "sve")
"""beginnings of the processor's flags on which the rounding of a result may depend"""


@dataclass
class Recorder:
    """The record of one job, from its start to its end."""

    about: Mapping[str, Any]
    """of the job, as its rule names it: rule, wildcards, inputs, outputs, parts, parameters,
    code_hash, threads"""
    log: Path
    """of the job; the record is written next to it"""
    root: Path
    """the workflow's folder"""
    data: tuple[Path, ...] = ()
    """files and folders outside of it that the configuration names"""
    own: frozenset[str] = frozenset()
    """modules that were loaded for recording alone"""
    said: dict[str, Any] = field(default_factory=dict)
    """what the script says of its outputs, such as the panels of a figure"""
    at_start: dict[str, Any] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    """paths that Python opened for reading since the start"""
    written: set[str] = field(default_factory=set)
    """paths that Python opened for writing since the start"""

    def start(self) -> None:
        """Record everything that can change while the job runs.

        Raises:
            InputError: a loaded module is not in the job's planned code, or was edited since
                the run of the workflow began.
        """
        self.at_start = {
            "started": time.time(),
            "inputs": {path: file_hash(path) for path in self.about["inputs"]},
            "git": state_of(self.root),
            "lock": file_hash(self.root / LOCK),
        }
        # Nothing has been computed yet: a result must not get the name of other code.
        for path, problem in self.unplanned().items():
            raise InputError(f"{path}: {problem}; run the workflow again")
        sys.addaudithook(self._note_opened)

    def finish(self) -> None:
        """Write the record. The outputs are there."""
        write_json(plain(self.record()), self.log.with_suffix(RECORD))

    def record(self) -> dict[str, Any]:
        """Return the entries of a receipt, without the parents."""
        about, run = self.about, self.run
        named = ("rule", "wildcards", "parts", "parameters", "code_hash")
        return {
            **{key: about[key] for key in named},
            **{key: self._plan[key] for key in ("script", "modules")},
            **{key: run[key] for key in ("workflow", "configuration", "command_line")},
            "workflow_git": run["git"],
            **self.at_start,
            "outputs": {path: file_hash(path) for path in about["outputs"]},
            "code": {path: self._code_hash(path) for path in self.loaded()},
            "not_loaded": sorted(set(self.planned) - set(self.loaded())),
            "unplanned": self.unplanned(),
            "said": self.said,
            "opened": self.opened_files(),
            "packages": imported_packages(),
            "machine": describe_machine(about["threads"]),
            "ended": time.time(),
        }

    @cached_property
    def run(self) -> Mapping[str, Any]:
        """The run of the workflow, as `interplay.provenance.issuing.describe_run` says."""
        for folder in self.log.parents:
            if (folder / RUN).is_file():
                return read_json(folder / RUN)
        raise InputError(f"{self.log}: expected {RUN} in a folder above it, found none")

    @cached_property
    def script(self) -> str:
        """The job's script, relative to the workflow's folder."""
        return self._plan["script"]

    @cached_property
    def planned(self) -> dict[str, Mapping[str, str]]:
        """The planned files: the hash of the text and of the code of each."""
        return {path: self.run["code"]["files"][path] for path in self._plan["files"]}

    @property
    def tasks(self) -> str:
        """The folder of the configuration's own tasks; empty without one."""
        return self.run["code"].get("tasks") or ""

    @property
    def _plan(self) -> Mapping[str, Any]:
        return self.run["code"]["plans"][self.about["code_hash"]]

    def loaded(self) -> list[str]:
        """Return the files of the project that this process has loaded, sorted."""
        scripts, root = _inside(self.root / Path(self.script).parent), _inside(self.root)
        files = {self.script}
        # Thousands of modules are loaded, so paths are compared as text.
        for name, module in sys.modules.copy().items():
            file = getattr(module, "__file__", None) or ""
            if self.tasks and file.startswith(_inside(self.tasks)):
                files.add(f"{TASKS}/{Path(file).relative_to(self.tasks).as_posix()}")
            elif file.startswith(scripts):
                path = Path(file.removeprefix(root)).as_posix()
                if name not in self.own or path in self.planned:
                    files.add(path)
        return sorted(files)

    def unplanned(self) -> dict[str, str]:
        """Return what is wrong with loaded files that are not as planned, by their path."""
        found = {}
        for path in self.loaded():
            if path not in self.planned:
                found[path] = (
                    f"loaded by rule {self.about['rule']}, not in its planned code"
                )
            elif self._code_hash(path) != self.planned[path]["code"]:
                found[path] = "edited since the run of the workflow began"
        return found

    def _code_hash(self, path: str) -> str:
        # Parsing a file takes milliseconds; comparing its text with the planned one does not.
        file, planned = code_file(path, self.root, self.tasks), self.planned.get(path)
        if planned and text_hash(file) == planned["text"]:
            return planned["code"]
        return Sources(file.parent).file_hash(file)

    def _note_opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str) and (flags or 0) & (os.O_WRONLY | os.O_RDWR):
                self.written.add(path)
            # What a job reads of its own tells nothing of where its results come from.
            elif isinstance(path, str) and path not in self.written:
                self.opened.add(path)

    def opened_files(self) -> list[str]:
        """Return the opened files of the project, its working folder and its data, sorted.

        Paths are as the job opened them. Code, outputs and the environment are left out.
        """
        here = Path.cwd()
        own = (self.tasks,) if self.tasks else ()
        places = tuple(map(_inside, (here, self.root, *self.data, *own)))
        left_out = (
            *map(_inside, (sys.prefix, *site.getsitepackages())),
            _inside(self.root / Path(self.script).parent),
            _inside(here / ".snakemake"),
        )
        found = set()
        for path in self.opened.difference(self.about["outputs"]):
            file = _inside(os.path.normpath(here / path))
            is_code = file.endswith((".py/", ".pyc/"))
            if file.startswith(places) and not file.startswith(left_out) and not is_code:
                found.add(path)
        return sorted(found)


def _inside(path: str | Path) -> str:
    """Return what the paths of files inside of a folder begin with."""
    return os.path.join(path, "")


def plain(value: Any) -> Any:
    """Return a value as JSON gives it back: no tuples, dates as text."""
    return json.loads(json.dumps(value, default=str))


def imported_packages() -> dict[str, str]:
    """Return the versions of the installed packages that this process has imported.

    A package counts as imported if a module of its name is. The versions are those in the
    names of the folders that pip leaves, so that no file has to be read.
    """
    imported = {_normalised(name) for name in sys.modules if "." not in name}
    found = {}
    for folder in map(Path, dict.fromkeys(sys.path)):
        for about in folder.glob("*.dist-info") if folder.is_dir() else ():
            name, _, version = about.name.removesuffix(".dist-info").partition("-")
            # Of this project, the job has its own code, whatever is installed.
            if (key := _normalised(name)) in imported - {"interplay"}:
                found.setdefault(key, version)
    return dict(sorted(found.items()))


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def describe_machine(threads: int) -> dict[str, Any]:
    """Return what the rounding of a result may depend on, besides code and versions.

    Args:
        threads: that the job was given.

    Returns:
        system, Python's version, threads, processor (name and vector flags; empty where
        /proc/cpuinfo does not give them), the libraries for linear algebra with their
        kernels, device and the Slurm job.
    """
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "threads": threads,
        **_processor(),
        "blas": _blas(),
        "device": _device(),
        "slurm_job": os.environ.get("SLURM_JOB_ID"),
    }


def _processor() -> dict[str, Any]:
    path = Path("/proc/cpuinfo")
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    lines = text.partition("\n\n")[0].splitlines()
    parts = (line.partition(":") for line in lines)
    first = {name.strip(): value.strip() for name, _, value in parts}
    flags = (first.get("flags") or first.get("Features") or "").split()
    return {
        "processor": first.get("model name", "") or platform.processor(),
        "flags": sorted(flag for flag in flags if flag.startswith(VECTOR_FLAGS)),
    }


def _blas() -> list[dict[str, Any]]:
    """Return each library of linear algebra that is loaded; none before NumPy is."""
    if "numpy" not in sys.modules:
        return []
    # Named, since the Snakefile reads this module where the lock is not installed.
    threadpool_info = import_module("threadpoolctl").threadpool_info
    keys = "user_api", "internal_api", "version", "architecture", "num_threads"
    libraries = [{key: each.get(key) for key in keys} for each in threadpool_info()]
    return sorted(libraries, key=lambda each: str(each["internal_api"]))


def _device() -> str:
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return "cpu"
    return f"cuda: {torch.cuda.get_device_name()}, CUDA {torch.version.cuda}"
