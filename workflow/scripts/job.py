"""The edge between Snakemake and a script: its log file, and how it fails."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import signature

from interplay.storage.errors import InputError


def script(main: Callable[..., None], **options) -> Callable[..., None]:
    """Run a function as the job of the script that Snakemake executes.

    The decorated function is the last one of its script. A script that is imported, as by a
    test, runs nothing.

    Args:
        main: receives the parts of the job that its parameters name: input, output, params,
            wildcards, threads, resources, config, rule.
        options: of `job`.
    """
    if main.__module__ == "__main__":
        # Snakemake puts this object into the script.
        snakemake = main.__globals__["snakemake"]
        with job(snakemake, **options):
            main(
                **{name: getattr(snakemake, name) for name in signature(main).parameters}
            )
    return main


@contextmanager
def job(snakemake) -> Iterator[None]:
    """Run a script's block, with the library's log messages in the job's log file.

    If the block raises, the script ends with status 1 after one line on standard error:
    the message of an `InputError`; for any other exception its first line, with the
    traceback in the log file.
    """
    logging.basicConfig(
        filename=snakemake.log[0],
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
        yield
    except InputError as error:
        logger.error("error: %s", error)
        print(f"{snakemake.rule}: {error}", file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        logger.exception("error")
        line = f"{type(error).__name__}: {error}".splitlines()[0]
        print(f"{snakemake.rule}: {line} (see {snakemake.log[0]})", file=sys.stderr)
        sys.exit(1)
    logger.info("done")
