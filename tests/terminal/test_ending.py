"""The last lines of a run: results, verdicts, failures, time."""

from pathlib import Path

import pytest

from interplay.terminal.ending import duration, ending, failure, verdict_counts
from interplay.terminal.progress import Progress
from tests.terminal.records import (
    FIGURE,
    LOG,
    RESULTS,
    finished,
    job_error,
    job_info,
    plan,
    progress_after,
)


def write(folder, path, text="x"):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


CLAIMS = "id,reading,about,agreement,verdict\n" + "".join(
    f"c{n},{reading},{about},{agreement},{verdict}\n"
    for reading, about, agreement, verdicts in (
        ("identified", "result", "agrees", ["holds", "holds"]),
        ("identified", "result", "differs", ["holds partly"]),
        ("identified", "provenance", "no published value", ["fails"]),
        ("identified", "result", "no published value", ["not tested"]),
        ("stated", "result", "no published value", ["fails", "holds"]),
    )
    for n, verdict in enumerate(verdicts)
)
SITE = "not written: the disk is full"
COUNTS = (
    "identified 2 agree with the published values, 1 differ, 2 hold, 1 partly, 1 not tested; "
    "stated 1 hold, 1 fail; identified, provenance 1 fail"
)


@pytest.fixture
def finished_run(tmp_path):
    for path in ("figures/fig2.svg", "figures/fig3.svg", "paper.pdf"):
        write(tmp_path, f"{RESULTS}/{path}")
    write(tmp_path, f"{RESULTS}/tables/claims.csv", CLAIMS)
    return tmp_path


def test_a_whole_run_ends_with_five_lines(finished_run):
    lines = [
        f"Figures  {finished_run}/{RESULTS}/figures (2 figures)",
        f"Claims   {finished_run}/{RESULTS}/tables/claims.csv: {COUNTS}",
        f"Paper    {finished_run}/{RESULTS}/paper.pdf",
        f"Site     {SITE}",
        "Time     12 min 40 s",
    ]
    whole = progress_after(plan(1, all=1))
    assert ending(finished_run, RESULTS, SITE, whole, 760.0, False) == lines
    of_preview = ending(finished_run, RESULTS, SITE, whole, 760.0, True)
    assert of_preview[0].startswith("Preview  ")
    assert of_preview[1:] == lines
    # Nothing had to be done: Snakemake announces no jobs.
    assert ending(finished_run, RESULTS, SITE, Progress(), 760.0, False) == lines


def test_a_run_for_a_target_names_what_it_made(finished_run, monkeypatch):
    monkeypatch.chdir(finished_run)
    made = progress_after(plan(1, fig3=1), job_info(1), *finished(1, 1, 1))
    assert ending(Path(), RESULTS, SITE, made, 7.0, False) == [
        f"Figures  {FIGURE}",
        f"Site     {SITE}",
        "Time     7 s",
    ]
    table = job_info(1, outputs=[f"{RESULTS}/tables/claims.csv"])
    made = progress_after(plan(1, evaluate_claims=1), table, *finished(1, 1, 1))
    assert ending(Path(), RESULTS, SITE, made, 7.0, False) == [
        f"Claims   {RESULTS}/tables/claims.csv: {COUNTS}",
        f"Site     {SITE}",
        "Time     7 s",
    ]


def test_experiments_without_a_paper_end_with_their_overviews(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "results/nonlinear/mine/overview.svg")
    assert ending(Path(), "results", SITE, Progress(), 7.0, False)[0] == (
        "Figures  results/nonlinear/mine/overview.svg"
    )
    write(tmp_path, "results/nonlinear/yours/overview.svg")
    assert ending(Path(), "results", SITE, Progress(), 7.0, False)[0] == (
        "Figures  results/nonlinear (2 figures)"
    )


def test_a_failed_run_ends_with_job_and_log():
    progress = progress_after(plan(3, all=1), job_info(1), job_error(1))
    log = Path(".snakemake/log/now.log")
    assert failure(progress, 7.0, log, stopped=False) == [
        f"Failed   Drawing Fig. 3: {LOG}",
        f"Log      {log}",
        "Time     7 s",
    ]
    assert failure(progress, 7.0, log, stopped=True)[0].startswith(
        "Stopped  after 0 of 3"
    )
    assert failure(progress_after(plan(3)), 7.0, None, stopped=False) == [
        "Failed   after 0 of 3 jobs",
        "Time     7 s",
    ]
    # An error in the configuration is shown already.
    assert failure(Progress(), 7.0, log, stopped=False) == []


def test_verdicts_are_counted_by_reading(tmp_path):
    write(tmp_path, "claims.csv", CLAIMS)
    assert verdict_counts(tmp_path / "claims.csv") == COUNTS


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59.6, "1 min 0 s"), (760, "12 min 40 s"), (11100, "3 h 5 min")],
)
def test_durations_are_in_words(seconds, words):
    assert duration(seconds) == words
