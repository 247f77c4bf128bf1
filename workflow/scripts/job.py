"""The edge between Snakemake and a script: its log, its threads, its failures."""

import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from interplay.storage.errors import InputError


@contextmanager
def job(snakemake) -> Iterator["Log"]:
    """Keep a job's log while its script runs, and end it with one line if it fails.

    Yields:
        The log; call it with a line to be written to the log file.

    Exits with status 1, after one line on standard error, if the block raises;
    for an `InputError` that line is its message, for anything else the log has
    the traceback.
    """
    with open(snakemake.log[0], "w", buffering=1) as file:
        log = Log(file)
        log(f"{snakemake.rule} {dict(snakemake.wildcards)} threads={snakemake.threads}")
        try:
            yield log
        except InputError as error:
            log(f"error: {error}")
            print(f"{snakemake.rule}: {error}", file=sys.stderr)
            sys.exit(1)
        except Exception as error:
            log(traceback.format_exc())
            line = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"{snakemake.rule}: {line} (see {snakemake.log[0]})", file=sys.stderr)
            sys.exit(1)
        log("done")


class Log:
    """A job's log file, one dated line a call."""

    def __init__(self, file):
        self._file = file

    def __call__(self, line: str) -> None:
        """Write one line."""
        self._file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")
