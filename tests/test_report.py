"""Snakemake's report of the real workflow, and what a browser makes of it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TARGETS = [
    f"results/preview/{path}" for path in ("figures/fig4.svg", "tables/linear.csv")
]


@pytest.fixture(scope="module")
def report(copies):
    """The report of the linear networks, run in a copy of the repository."""
    copy = copies()
    snakemake = [sys.executable, "-m", "snakemake", "--configfile", "preview.yaml"]
    for options in (["--cores", "1"], ["--report", "report.html"]):
        command = [*snakemake, *options, "--", *TARGETS]
        subprocess.run(command, cwd=copy, check=True, capture_output=True)
    return copy / "report.html"


@pytest.mark.slow
def test_the_report_has_figure_table_and_captions(report):
    text = report.read_text()
    for expected in (*TARGETS, "Fig. 4: linear networks", "norm of the gradient"):
        assert expected in text


@pytest.mark.slow
def test_a_browser_shows_the_report(report):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("expected chromium, found none")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=9000",
    ]
    command = [browser, *options, "--dump-dom", report.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    page = re.sub(r"<script.*?</script>", "", shown, flags=re.S)
    for expected in ("Figures", "Tables"):
        assert expected in page


def test_every_figure_has_a_caption():
    rules = (ROOT / "workflow/rules/figures.smk").read_text()
    figures = re.findall(r'drawn\("(\w+)"', rules)
    assert len(figures) == 8
    for figure in figures:
        assert (ROOT / "workflow/report" / f"{figure}.rst").read_text().strip()
