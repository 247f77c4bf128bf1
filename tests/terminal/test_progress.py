"""From Snakemake's records to events, the moving line and plain lines."""

import io
import logging
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry
from snakemake_interface_logger_plugins.tests import MockOutputSettings

from interplay.terminal.progress import (
    Job,
    Outlook,
    Progress,
    moving_line,
    plain_line,
)
from interplay.terminal.screen import BACK, MovingLine, PlainLines, screen_for
from snakemake_logger_plugin_interplay import LogHandler, LogHandlerSettings
from tests.terminal.records import (
    LOG,
    events,
    finished,
    job_error,
    job_info,
    plan,
    progress_after,
    record,
)


def test_snakemake_finds_the_plugin():
    assert LoggerPluginRegistry().is_installed("interplay")


def test_a_run_is_followed_from_its_records():
    begun = [plan(3, fig3=2, all=1), job_info(1), job_info(2, "Drawing Fig. 4")]
    progress = progress_after(*begun)
    assert (progress.done, progress.total, progress.whole) == (0, 3, True)
    assert [progress.jobs[number].message for number in progress.running] == [
        "Drawing Fig. 3",
        "Drawing Fig. 4",
    ]
    progress = progress_after(*begun, *finished(1, 1, 3), job_error(2))
    assert (progress.running, progress.finished, progress.failed) == ((), (1,), (2,))
    assert (progress.done, progress.percent) == (1, 33)
    # A job that is tried again has not failed.
    again = progress_after(*begun, job_error(2), job_info(2))
    assert (again.running, again.failed) == ((1, 2), ())


def test_a_job_without_a_message_has_the_name_of_its_rule():
    assert progress_after(job_info(1, message=None)).jobs[1].message == "fig3"


def test_warnings_and_errors_are_passed_on_and_chatter_is_not():
    chatter = record(None, message="Select jobs to execute...")
    warning = record(None, logging.WARNING, "Something is odd.")
    error = record(LogEvent.ERROR, logging.ERROR, "WorkflowError:\nconfig: N: expected 3")
    assert events(chatter) == []
    assert events(chatter, warning, error) == [
        {"event": "text", "text": "Something is odd."},
        {"event": "text", "text": "WorkflowError:\nconfig: N: expected 3"},
    ]


@pytest.mark.parametrize(
    ("written", "status", "shown"),
    [
        (
            "2026-11-29 16:24:32 error: table.csv: expected 3\nTraceback\nstack\n",
            "returned non-zero exit status 1",
            ["fig3: table.csv: expected 3 (see LOG)"],
        ),
        (
            "2026-11-29 16:24:32 epoch 3\n",
            "died with <Signals.SIGKILL: 9>",
            [
                "The process of a job died with <Signals.SIGKILL: 9>",
                "fig3: failed, and its log has no error (see LOG)",
            ],
        ),
    ],
)
def test_the_error_of_a_job_is_told_once(tmp_path, monkeypatch, written, status, shown):
    monkeypatch.chdir(tmp_path)
    log = tmp_path / LOG
    log.parent.mkdir(parents=True)
    log.write_text(written)
    command = f"RuleException:\nCalledProcessError in file:\nCommand 'python' {status}."
    told = events(
        record(LogEvent.ERROR, logging.ERROR, command, exception="RuleException"),
        job_error(1),
        record(None, logging.ERROR, "Exiting because a job execution failed. Look above"),
        record(
            LogEvent.ERROR,
            logging.ERROR,
            "WorkflowError:\nAt least one job did not complete successfully.",
        ),
    )
    assert [event["text"].replace(LOG, "LOG") for event in told] == shown
    assert [event["id"] for event in told if event["event"] == "failed"] == [1]


def test_a_reader_that_is_gone_does_not_stop_snakemake():
    reading, writing = os.pipe()
    os.close(reading)
    handler = LogHandler(MockOutputSettings(), LogHandlerSettings(events=writing))
    handler.emit(plan(3))
    os.close(writing)


def some_progress(done, total, messages):
    jobs = {number: Job("rule", message) for number, message in enumerate(messages)}
    return Progress(jobs, running=tuple(jobs), finished=(0,), done=done, total=total)


@given(
    total=st.integers(0, 2000),
    share=st.floats(0, 1),
    messages=st.lists(st.text("abc =.", max_size=60), min_size=1, max_size=20),
    width=st.integers(20, 200),
    ascii=st.booleans(),
    waiting=st.frozensets(st.integers(0, 3)),
)
def test_the_moving_line_fits_the_terminal(total, share, messages, width, ascii, waiting):
    progress = some_progress(int(share * total), total, messages)
    line = moving_line(progress, 7.0, width, ascii, Outlook("<1 min + ?", waiting))
    assert len(line) < width
    assert not ascii or line.isascii()


def test_the_moving_line_shows_how_far_what_and_how_long():
    progress = some_progress(5, 20, ["Training mante", "Training romo"])
    assert moving_line(progress, 3723.0, 80, True, Outlook()) == (
        "###---------  5/20 jobs  1:02:03  Training mante | Training romo"
    )
    queued = Outlook("about 3 min", frozenset({0}))
    assert moving_line(progress, 3723.0, 80, True, queued) == (
        "###---------  5/20 jobs  1:02:03, about 3 min left  1 waiting | Training romo"
    )
    assert plain_line(progress, 65.0, queued) == (
        " 25 %  5/20 jobs  1:05, about 3 min left  Training mante"
    )


def shown(written):
    """Return the lines that a terminal shows after some output."""
    lines, column = [""], 0
    for part in written.replace(BACK, "\r").replace("\n", "\0\n\0").split("\0"):
        if part == "\n":
            lines.append("")
            column = 0
            continue
        for number, piece in enumerate(part.split("\r")):
            if number:
                lines[-1], column = "", 0
            lines[-1] = lines[-1][:column] + piece
            column += len(piece)
    return lines


def test_text_goes_above_the_moving_line_which_is_gone_at_the_end():
    stream = io.StringIO()
    screen = MovingLine(stream)
    screen.progress(some_progress(5, 20, ["Training mante"]), 1.0)
    screen.text("an error\nof two lines")
    *above, line = shown(stream.getvalue())
    assert above == ["an error", "of two lines"]
    assert "5/20" in line
    screen.progress(some_progress(6, 20, ["Training romo"]), 2.0)
    *above, line = shown(stream.getvalue())
    assert above == ["an error", "of two lines"]
    assert "6/20" in line
    assert "Training mante" not in line
    screen.close()
    assert shown(stream.getvalue()) == ["an error", "of two lines", ""]


@settings(max_examples=30)
@given(st.integers(1, 400))
def test_plain_lines_are_few_and_the_last_says_all(total):
    stream = io.StringIO()
    screen = PlainLines(stream)
    screen.progress(Progress(), 0.0)
    for done in range(total + 1):
        screen.progress(some_progress(done, total, ["Training"]), 1.0)
        screen.progress(some_progress(done, total, ["Training"]), 2.0)
    lines = stream.getvalue().splitlines()
    assert len(lines) <= min(21, total + 1)
    assert lines[0].startswith("  0 %")
    assert lines[-1].startswith(f"100 %  {total}/{total} jobs")
    assert stream.getvalue().isascii()


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "other", "environment", "kind"),
    [
        (Terminal(), Terminal(), {}, MovingLine),
        (Terminal(), Terminal(), {"NO_COLOR": ""}, MovingLine),
        (Terminal(), Terminal(), {"NO_COLOR": "1"}, PlainLines),
        (Terminal(), Terminal(), {"CI": "true"}, PlainLines),
        (Terminal(), Terminal(), {"TERM": "dumb"}, PlainLines),
        (Terminal(), io.StringIO(), {}, PlainLines),
        (io.StringIO(), Terminal(), {}, PlainLines),
    ],
)
def test_only_a_person_at_a_terminal_gets_a_moving_line(stream, other, environment, kind):
    assert type(screen_for(stream, (other,), environment)) is kind
