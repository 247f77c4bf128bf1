"""The time that a run still takes, from jobs whose costs and times are made up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interplay.terminal import forecast
from interplay.terminal.forecast import Forecast, Planned, in_words, remaining
from interplay.terminal.progress import Job, Progress

START = 1000.0


def progress_of(ended, running=(), total=10):
    """Return a run of numbered jobs of the rule `train`, of which some ran one by one."""
    jobs = {
        n: Job("train", f"Training {n}", logs=(f"{n}.log",), benchmark=f"{n}.tsv")
        for n in (*ended, *running)
    }
    times, clock = {}, START
    for number, seconds in ended.items():
        times[number] = (clock, clock := clock + seconds)
    announced = {number: begin for number, (begin, _) in times.items()}
    return Progress(
        jobs,
        announced=announced | dict.fromkeys(running, clock),
        running=tuple(running),
        ended={number: end for number, (_, end) in times.items()},
        finished=tuple(ended),
        done=len(ended),
        total=total,
    )


@given(
    costs=st.lists(st.floats(0.1, 1e4), min_size=2, max_size=20),
    done=st.integers(1, 19),
    slower=st.floats(0.5, 10),
    share=st.floats(0, 1),
)
def test_jobs_as_slow_as_before_take_what_is_left_of_their_costs(
    costs, done, slower, share
):
    done = min(done, len(costs) - 1)
    planned = {f"{n}.tsv": Planned("train", cost) for n, cost in enumerate(costs)}
    ended = {n: slower * cost for n, cost in enumerate(costs[:done])}
    progress = progress_of(ended, running=[done])
    begin = START + sum(ended.values())
    now = begin + share * slower * costs[done]
    seconds, unknown = remaining(planned, progress, {done: begin}, now)
    assert not unknown
    if now - START >= 1:
        expected = slower * sum(costs) - (now - START)
        assert seconds == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("planned", "known", "unknown"),
    [
        ({}, None, True),
        ({"1.tsv": Planned("train", None)}, 6.0, False),
        ({"1.tsv": Planned("draw", None)}, None, True),
        ({"1.tsv": Planned("draw", None), "2.tsv": Planned("train", 1.0)}, 2.0, True),
        ({"1.tsv": Planned("draw", 2.0)}, 4.0, False),
    ],
)
def test_what_is_not_known_is_not_guessed(planned, known, unknown):
    planned = planned and {"0.tsv": Planned("train", 3.0), **planned}
    found = remaining(planned, progress_of({0: 6.0}), {}, START + 6)
    assert found == (known, unknown)


@pytest.mark.parametrize(
    ("seconds", "more", "words"),
    [
        (None, True, "?"), (5, False, "<1 min"), (5, True, "<1 min + ?"),
        (140, False, "about 2 min"), (5350, False, "about 89 min"),
        (5400, True, "about 1.5 h + ?"),
    ],
)  # fmt: skip
def test_a_foreseen_time_is_in_words(seconds, more, words):
    assert in_words(seconds, more) == words


def test_a_job_waits_until_its_log_has_a_line(tmp_path, monkeypatch):
    progress = progress_of({}, running=[1, 2])
    foresee = Forecast(tmp_path, "results", lambda jobs: [1.0] * len(jobs))
    now = START
    monkeypatch.setattr(forecast, "time", lambda: now)
    (tmp_path / "2.log").touch()
    # To start Python takes some seconds.
    assert foresee(progress).waiting == frozenset()
    now = START + 60
    outlook = foresee(progress)
    assert (outlook.left, outlook.waiting) == ("?", {1, 2})
    (tmp_path / "1.log").write_text("train\n")
    assert foresee(progress).waiting == {2}
    # Once a job has ended, the planned jobs tell how long the rest takes.
    planned = [
        {"rule": "train", "wildcards": {}, "benchmark": f"{n}.tsv"} for n in (1, 2, 3)
    ]
    file = tmp_path / "results" / forecast.PLANNED
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(planned))
    now = START + 600
    assert foresee(progress_of({1: 600.0}, running=[2])).left == "about 20 min"


def test_costs_that_cannot_be_known_do_not_end_the_run(tmp_path):
    def costs(jobs):
        raise RuntimeError("a task of the user")

    file = tmp_path / "results" / forecast.PLANNED
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps([{"rule": "x", "wildcards": {}, "benchmark": "9.tsv"}]))
    assert Forecast(tmp_path, "results", costs)(progress_of({1: 5.0})).left == "?"
