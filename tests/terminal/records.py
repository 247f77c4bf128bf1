"""Records like those of Snakemake 9, and the progress that follows from them."""

import json
import logging
import os

from snakemake.logging import DefaultFormatter
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.tests import MockOutputSettings

from interplay.terminal.progress import Progress, after
from snakemake_logger_plugin_interplay import LogHandler, LogHandlerSettings

RESULTS = "results/preview"
FIGURE = f"{RESULTS}/figures/fig3.svg"
LOG = f"{RESULTS}/logs/figures/fig3.log"


def record(event, level=logging.INFO, message=None, **fields):
    """Return a record like those of Snakemake 9."""
    about = {"levelno": level, "levelname": logging.getLevelName(level), "msg": message}
    return logging.makeLogRecord({**about, "event": event, **fields})


def job_info(number, message="Drawing Fig. 3", outputs=(FIGURE,)):
    return record(
        LogEvent.JOB_INFO,
        jobid=number,
        rule_name="fig3",
        rule_msg=message,
        wildcards={"g": "0.9"},
        output=list(outputs),
        log=[LOG],
        benchmark=f"{RESULTS}/benchmarks/figures/fig3.tsv",
    )


def job_error(number):
    return record(
        LogEvent.JOB_ERROR,
        logging.ERROR,
        "Error in rule fig3",
        rule_name="fig3",
        rule_msg=None,
        jobid=number,
        input=["table.csv"],
        output=[FIGURE],
        log=[LOG],
        conda_env=None,
        shellcmd=None,
        aux={},
    )


def plan(total, **rules):
    return record(LogEvent.RUN_INFO, message="stats", stats={**rules, "total": total})


def finished(number, done, total):
    return [
        record(LogEvent.JOB_FINISHED, message="Finished", job_id=number),
        record(LogEvent.PROGRESS, done=done, total=total),
    ]


def events(*records):
    """Return what the plugin writes for some records."""
    reading, writing = os.pipe()
    handler = LogHandler(MockOutputSettings(), LogHandlerSettings(events=writing))
    handler.setFormatter(DefaultFormatter())
    for each in records:
        handler.emit(each)
    os.close(writing)
    with os.fdopen(reading) as lines:
        return [json.loads(line) for line in lines]


def progress_after(*records):
    progress = Progress()
    for event in events(*records):
        progress = after(progress, event)
    return progress
