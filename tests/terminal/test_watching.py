"""Watching a program in Snakemake's place: its events, its text, signals, leftovers."""

import io
import os
import signal
import sys

import pytest

from interplay.terminal.screen import PlainLines
from interplay.terminal.watching import watch


def watched(tmp_path, program, stream=None):
    """Watch a program in Snakemake's place; return how it ended and what was shown."""
    stream = stream or io.StringIO()
    head = "import json, os, signal, subprocess, sys, time\nevents = int(sys.argv[1])\n"
    send = "def send(**e): os.write(events, (json.dumps(e) + '\\n').encode())\n"
    ended = watch(
        lambda events: [sys.executable, "-c", head + send + program, str(events)],
        tmp_path,
        dict(os.environ),
        PlainLines(stream),
    )
    shown = stream.getvalue() if isinstance(stream, io.StringIO) else ""
    return ended, shown.splitlines()


def test_events_and_text_of_jobs_are_shown(tmp_path):
    program = """
send(event='plan', jobs={'total': 1, 'all': 1})
send(event='text', text='a warning')
subprocess.run([sys.executable, '-c', 'print("job: no such file")'], stderr=2)
sys.stderr.write('10 %\\r 50 %\\r100 %\\n')
sys.stderr.write('Using workflow specific profile profiles/default for ...\\n')
send(event='progress', done=1, total=1)
sys.stdout.write('no end of line')
sys.exit(3)
"""
    ended, lines = watched(tmp_path, program)
    assert ended.status == 3
    assert not ended.stopped
    assert (ended.progress.done, ended.progress.total) == (1, 1)
    told = {"a warning", "job: no such file", "100 %", "no end of line"}
    assert told <= set(lines)
    assert {line for line in lines if "jobs" not in line} == told


def test_ctrl_c_is_left_to_snakemake(tmp_path):
    program = """
send(event='plan', jobs={'total': 2, 'all': 1})
os.kill(os.getppid(), signal.SIGINT)
time.sleep(0.2)
send(event='progress', done=1, total=2)
sys.exit(1)
"""
    handler = signal.getsignal(signal.SIGINT)
    ended, lines = watched(tmp_path, program)
    assert (ended.status, ended.stopped, ended.progress.done) == (1, True, 1)
    assert "Stopping. The same command resumes the run." in lines
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.fixture
def heeded():
    """SIGHUP ends a process, also where the tests ignore it because they run with `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_another_signal_interrupts_snakemake_and_ends_its_jobs(tmp_path, number):
    # As Snakemake does after Ctrl-C, this program starts one more job and waits for it.
    program = f"""
script = '.snakemake/scripts/tmp0.py'
os.makedirs(os.path.dirname(script))
open(script, 'w').write('import time; time.sleep(60)')
def interrupted(*_):
    job = subprocess.Popen([sys.executable, script])
    print('an error of a job that was ended')
    sys.exit(10 - job.wait())
signal.signal(signal.SIGINT, interrupted)
os.kill(os.getppid(), signal.{number})
time.sleep(60)
"""
    ended, lines = watched(tmp_path, program)
    assert (ended.status, ended.stopped) == (10 + signal.SIGTERM, True)
    assert lines == ["Stopping. The same command resumes the run."]


def test_a_reader_that_is_gone_does_not_end_the_watch(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as pipe:
        gone = io.TextIOWrapper(pipe, write_through=True)
        ended, _ = watched(tmp_path, "print('text')\nsys.exit(5)", gone)
        assert ended.status == 5


def test_a_job_that_outlives_snakemake_is_not_waited_for(tmp_path):
    program = """
job = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
print(job.pid)
sys.exit(1)
"""
    ended, lines = watched(tmp_path, program)
    try:
        assert ended.status == 1
    finally:
        os.kill(int(lines[0]), signal.SIGKILL)
