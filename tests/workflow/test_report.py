"""Snakemake's report of the whole workflow, and what a browser shows of it."""

import zipfile
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.running import snakemake

ROOT = Path(__file__).parents[2]
SECONDS = 30


@pytest.fixture(scope="module")
def report(reproduction):
    """Return the first page of the report."""
    options = ["--configfile", *reproduction.configuration, "--report", "report.zip"]
    snakemake(reproduction.folder, *options, "--", *reproduction.targets)
    folder = reproduction.folder / "unpacked"
    with zipfile.ZipFile(reproduction.folder / "report.zip") as archive:
        archive.extractall(folder)
    (page,) = folder.rglob("report.html")
    return page


def awaited(browser, by, what):
    """Return the elements of a page, once there are any."""
    waiting = WebDriverWait(browser, SECONDS)
    return waiting.until(lambda page: page.find_elements(by, what))


def entries(browser, report, category):
    """Open a category of the report; return its rows."""
    browser.get(report.as_uri())
    awaited(browser, By.LINK_TEXT, category)[0].click()
    return awaited(browser, By.XPATH, "//tbody/tr")


def look_at(row):
    row.find_element(By.XPATH, ".//a[@iconname='eye']").click()


@pytest.mark.slow
def test_a_browser_shows_every_figure(browser, report, reproduction):
    drawn = list((reproduction.results / "figures").glob("*.svg"))
    count = len(entries(browser, report, "Figures"))
    assert count == len(drawn) > 8
    for number in range(count):
        row = entries(browser, report, "Figures")[number]
        assert row.text.startswith(("Fig. ", "Supplement: "))
        look_at(row)
        (shown,) = awaited(browser, By.XPATH, "//img[contains(@src, 'data/raw/')]")
        WebDriverWait(browser, SECONDS).until(
            lambda page, shown=shown: int(shown.get_attribute("naturalWidth")) > 0
        )


@pytest.mark.slow
def test_a_browser_shows_the_overviews_that_were_drawn(browser, report, reproduction):
    drawn = (reproduction.results / "nonlinear").glob("*/overview.pdf")
    experiments = {path.parent.name for path in drawn}
    assert experiments == {"romo"}
    assert {row.text for row in entries(browser, report, "Experiments")} == experiments


@pytest.mark.slow
def test_a_browser_finds_every_table(browser, report, reproduction):
    found = {row.text: row for row in entries(browser, report, "Tables")}
    tables = (reproduction.results / "tables").glob("*.csv")
    assert sorted(found) == sorted(path.stem for path in tables)
    for name, row in found.items():
        link = row.find_element(By.XPATH, ".//a[contains(@href, 'data/raw/')]")
        assert f"{name}.csv" in link.get_attribute("href")


@pytest.mark.slow
def test_the_report_has_captions(report):
    text = report.read_text()
    for expected in ("singular values of dW", "Norm of the gradient"):
        assert expected in text


def test_every_figure_has_a_caption():
    modules = (ROOT / "workflow/scripts/interplay/figures").glob("fig*.py")
    names = [module.stem for module in modules]
    assert len(names) > 8
    for name in [*names, "overview"]:
        assert (ROOT / "workflow/report" / f"{name}.rst").read_text().strip()
