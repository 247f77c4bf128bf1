"""Snakemake's logger plugin `interplay`: a JSON line per event, for `interplay run`.

Snakemake finds a logger plugin by the name of its package. Plain `snakemake` imports this
package too, and ignores it unless `--logger interplay` is given.
"""

import json
import logging
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

from interplay.storage.logs import error_in

SAID = re.compile(
    r"Exiting because a job execution failed|.*At least one job did not complete",
    re.DOTALL,
)
"""errors that say nothing beyond the line of the failed job"""

STATUS = re.compile(
    r"RuleException.*CalledProcessError.* (returned .*|died .*)\.", re.DOTALL
)
"""how the process of a job ended"""

FAILED = "returned non-zero exit status 1"
"""how it ends if the job could say why"""


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """Options of the plugin: `--logger-interplay-events N`."""

    events: int = field(
        default=-1,
        metadata={
            "help": "File descriptor that gets the events; `interplay run` opens it."
        },
    )


class LogHandler(LogHandlerBase):
    """Write an event for each record that `interplay.terminal` shows, and drop the rest."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the event of a record, if it has one."""
        event = event_of(record, self.format)
        if event is None:
            return
        line = json.dumps(event, default=str) + "\n"
        # If `interplay run` was killed, Snakemake goes on, and its log file has everything.
        with suppress(OSError):
            os.write(self.settings.events, line.encode())

    @property
    def writes_to_stream(self) -> bool:
        """Keep Snakemake's own log off the terminal."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Leave the log file to Snakemake."""
        return False

    @property
    def has_filter(self) -> bool:
        """Get all records, also those of a quiet run."""
        return True

    @property
    def has_formatter(self) -> bool:
        """Use Snakemake's formatter for errors."""
        return False

    @property
    def needs_rulegraph(self) -> bool:
        """Do without the graph of rules."""
        return False


def event_of(record: logging.LogRecord, formatted=str) -> dict[str, Any] | None:
    """Return what `interplay.terminal.progress` needs to know of a record.

    Args:
        record: of Snakemake's logger.
        formatted: returns the text of a record.

    Returns:
        `event` (plan, job, finished, progress, failed or text) and its fields; None for a
        record that is not shown.
    """
    match getattr(record, "event", None):
        case LogEvent.RUN_INFO:
            return {"event": "plan", "jobs": dict(record.stats)}
        case LogEvent.JOB_INFO:
            job = {
                "rule": record.rule_name,
                "message": record.rule_msg or record.rule_name,
                "wildcards": dict(record.wildcards),
                "outputs": list(record.output),
                "logs": list(record.log),
                "benchmark": record.benchmark or "",
            }
            return {
                "event": "job",
                "id": record.jobid,
                "time": record.created,
                "job": job,
            }
        case LogEvent.JOB_FINISHED:
            return {"event": "finished", "id": record.job_id, "time": record.created}
        case LogEvent.PROGRESS:
            return {"event": "progress", "done": record.done, "total": record.total}
        case LogEvent.JOB_ERROR:
            return {"event": "failed", "id": record.jobid, "text": failure(record)}
        case LogEvent.GROUP_ERROR:
            # Each of its jobs has a record of its own.
            return None
    if record.levelno >= logging.WARNING and (text := shown(formatted(record).strip())):
        return {"event": "text", "text": text}
    return None


def shown(text: str) -> str:
    """Return a warning or an error as it is shown; empty if another line says the same."""
    if status := STATUS.match(text):
        return "" if status[1] == FAILED else f"The process of a job {status[1]}"
    return "" if SAID.match(text) else text


def failure(record: logging.LogRecord) -> str:
    """Return the line on a job that failed: rule, error, log file.

    Args:
        record: of the failed job.
    """
    logs = list(map(str, record.log))
    found = (error_in(Path(log)) for log in logs)
    # An executor says in the message what a cluster says.
    error = next(
        filter(None, (*found, record.rule_msg)), "failed, and its log has no error"
    )
    return f"{record.rule_name}: {error} (see {', '.join(logs)})"
