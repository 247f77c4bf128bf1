"""The edge between Snakemake and a script: its log file, its record, and how it fails."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

from interplay.storage.errors import InputError
from interplay.storage.logs import error_message


def script(main: Callable[..., Any], **options) -> Callable[..., Any]:
    """Run a function as the job of the script that Snakemake executes.

    The decorated function is the last one of its script. A script that is imported, as by a
    test, runs nothing.

    Args:
        main: receives the parts of the job that its parameters name: input, output, params,
            wildcards, threads, resources, config, rule. It may return what it says of its
            outputs, a mapping of JSON values, for the job's record.
        options: of `job`.
    """
    if main.__module__ == "__main__":
        # Snakemake puts this object into the script.
        snakemake = main.__globals__["snakemake"]
        parts = {name: getattr(snakemake, name) for name in signature(main).parameters}
        with job(snakemake, **options) as said:
            said |= main(**parts) or {}
    return main


@contextmanager
def job(snakemake, gathers: bool = False) -> Iterator[dict[str, Any]]:
    """Run a script's block, with the library's log messages in the job's log file.

    Next to the log file, the job's record says what the job was: see
    `interplay.provenance.recording`. If the block raises, there is no record, and the script
    ends with status 1. The log file then has one line with the error, which `interplay run`
    shows wherever the job ran, and a traceback unless the error is an `InputError`.

    Args:
        snakemake: the object that Snakemake gives to a script.
        gathers: whether each output consists of the inputs of the same name alone.

    Yields:
        A mapping for what the script says of its outputs, for the record: JSON values.
    """
    log = Path(snakemake.log[0])
    logging.basicConfig(
        filename=log,
        filemode="w",
        format="%(asctime)s %(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
        level=logging.WARNING,
    )
    logger = logging.getLogger("interplay")
    logger.setLevel(logging.INFO)
    logger.info(
        "%s %s threads=%s",
        snakemake.rule,
        dict(snakemake.wildcards),
        snakemake.threads,
    )
    try:
        recorder = _recorder(snakemake, log, gathers)
        recorder.start()
        yield recorder.said
        recorder.finish()
    except Exception as error:
        traceback = not isinstance(error, InputError)
        logger.error("%s", error_message(error), exc_info=traceback)
        sys.exit(1)
    logger.info("done")


def _recorder(snakemake, log: Path, gathers: bool):
    """Return the recorder of a job, as Snakemake describes it."""
    before = set(sys.modules)
    # Loaded by name: an edit to the recording must not run every job again.
    recording = import_module("interplay.provenance.recording")
    parameters = dict(snakemake.params.items())
    code_hash = parameters.pop("code")
    inputs, outputs = dict(snakemake.input.items()), dict(snakemake.output.items())
    parts = {
        str(path): list(map(str, snakemake.input.get(name)))
        for name, path in outputs.items()
        if gathers and name in inputs
    }
    local_data = (snakemake.config.get(key) for key in ("treebank", "glove"))
    return recording.Recorder(
        about={
            "rule": snakemake.rule,
            "wildcards": dict(snakemake.wildcards.items()),
            "inputs": list(map(str, snakemake.input)),
            "outputs": list(map(str, snakemake.output)),
            "parts": parts,
            "parameters": parameters,
            "code_hash": code_hash,
            "threads": snakemake.threads,
        },
        log=log,
        root=Path(__file__).resolve().parents[2],
        data=tuple(Path(path).absolute() for path in local_data if path),
        own=frozenset(set(sys.modules) - before),
    )
