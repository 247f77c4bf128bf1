"""The site of the whole workflow and of the archive, and what a browser shows of it."""

import re
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from interplay.provenance.graph import Graph
from interplay.site.build import write_site
from interplay.site.figures import figure_title
from tests.site.pages import dead_links

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(reproduction, tmp_path_factory):
    """The site of the whole workflow."""
    folder = tmp_path_factory.mktemp("whole") / "site"
    write_site(Graph.read(Path("results/preview"), reproduction.folder), folder)
    return folder


@pytest.mark.slow
def test_no_link_of_a_whole_run_is_dead(site):
    assert len(list(site.rglob("*.html"))) > 100
    assert dead_links(site) == []


@pytest.mark.slow
def test_no_link_of_the_archived_run_is_dead(tmp_path):
    write_site(Graph.read(Path("paper/results"), ROOT), tmp_path / "site")
    assert dead_links(tmp_path / "site") == []
    assert (
        "treebank: Stanford Sentiment Treebank"
        in (tmp_path / "site/index.html").read_text()
    )
    page = (tmp_path / "site/experiments/mante.html").read_text()
    assert '50 rows of <a href="../nonlinear/mante/networks.csv">' in page


@pytest.mark.slow
def test_the_first_reading_is_that_of_config_yaml_whatever_another_file_names(
    reproduction,
):
    graph = Graph.read(Path("results/preview"), reproduction.folder)
    assert list(graph.configuration["values"]["readings"]) == ["identified", "stated"]


@pytest.mark.slow
def test_no_page_shows_an_object_of_python(site):
    for page in site.rglob("*.html"):
        assert not re.search(r"object at 0x|&lt;built-in|\bnan\b", page.read_text()), page


@pytest.mark.slow
def test_a_run_is_named_by_experiment_g_and_seed(site):
    page = (site / "experiments/mante.html").read_text()
    assert re.search(r'href="../jobs/[^"]+">experiment = mante, g = 0.9, seed = 0<', page)


def test_a_figure_is_named_as_in_the_paper():
    names = {
        ("fig1", "fig1"): "Figure 1",
        ("fig1_stated", "fig1"): "Figure 1, reading stated",
        ("figS_second_order", "figS_second_order"): "Supplement: second order",
        ("romo/overview", "overview"): "Overview of romo",
    }
    assert {key: figure_title(*key) for key in names} == names


@pytest.mark.slow
def test_every_figure_has_its_panels_and_its_caption(site):
    index = (site / "index.html").read_text()
    assert "Dependence on the strength g" in index
    for page in ("fig1/a", "fig1/l", "fig2/c", "fig5/b", "fig2_stated/d"):
        assert f'href="panels/{page}.html"' in index


def follow(browser, selector):
    """Follow the first link of a selector, as a click on it would."""
    browser.find_element(By.CSS_SELECTOR, selector).click()


def heading(browser):
    return browser.find_element(By.TAG_NAME, "h1").text


@pytest.mark.slow
def test_from_a_figure_to_a_panel_a_run_and_its_input(browser, site):
    browser.get((site / "index.html").as_uri())
    follow(browser, 'a.panel[href="panels/fig5/b.html"]')
    assert heading(browser).startswith("fig5b: ")
    assert browser.find_elements(By.CSS_SELECTOR, "table.rows tbody tr")
    follow(browser, "table.runs tbody a")
    assert heading(browser).startswith("train_lstm lstm")
    assert "torch" in browser.find_element(By.TAG_NAME, "main").text
    follow(browser, 'ul.files a[href*="prepare_sentences"]')
    assert heading(browser).startswith("prepare_sentences")


@pytest.mark.slow
def test_from_a_claim_to_its_rows(browser, site):
    browser.get((site / "claims.html").as_uri())
    rows = browser.find_elements(By.CSS_SELECTOR, "#claims tr[data-verdict]")
    verdicts = browser.find_element(By.NAME, "verdict")
    Select(verdicts).select_by_visible_text("fails")
    shown = [row for row in rows if row.is_displayed()]
    assert 0 < len(shown) < len(rows)
    assert all(row.get_attribute("data-verdict") == "fails" for row in shown)
    shown[0].find_element(By.TAG_NAME, "a").click()
    assert browser.find_elements(By.CSS_SELECTOR, "table.rows thead th")


def shown_verdicts(browser):
    rows = browser.find_elements(By.CSS_SELECTOR, "#claims tr[data-verdict]")
    return {row.get_attribute("data-verdict") for row in rows if row.is_displayed()}


@pytest.mark.slow
def test_the_filters_of_claims_are_in_the_address(browser, site):
    claims = (site / "claims.html").as_uri()
    browser.get(claims)
    everything = shown_verdicts(browser)
    assert len(everything) > 1
    verdicts = browser.find_element(By.NAME, "verdict")
    Select(verdicts).select_by_visible_text("fails")
    assert browser.current_url == f"{claims}?verdict=fails"
    assert shown_verdicts(browser) == {"fails"}
    browser.back()
    assert browser.current_url == claims
    assert shown_verdicts(browser) == everything
    browser.get(f"{claims}?verdict=fails&reading=identified")
    assert shown_verdicts(browser) == {"fails"}
    assert Select(
        browser.find_element(By.NAME, "reading")
    ).first_selected_option.text == ("identified")
    browser.get(f"{claims}?verdict=unknown")
    assert shown_verdicts(browser) == everything


@pytest.mark.slow
def test_nothing_is_wider_than_a_phone(browser, site):
    size = {"width": 375, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    job = next((site / "jobs/train_lstm").rglob("*.html")).relative_to(site)
    for page in ("index.html", "claims.html", "numbers.html", "panels/fig1/h.html", job):
        browser.get((site / page).as_uri())
        width = browser.execute_script("return document.documentElement.scrollWidth")
        assert width <= 375, page
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.slow
def test_the_keyboard_reaches_a_panel(browser, site):
    browser.get((site / "index.html").as_uri())
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to content"
    panel = browser.find_element(By.CSS_SELECTOR, 'a.panel[href="panels/fig2/c.html"]')
    panel.send_keys(Keys.ENTER)
    assert heading(browser).startswith("fig2c: ")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_in_both_schemes(browser, site, scheme):
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    browser.get((site / "index.html").as_uri())
    body = browser.find_element(By.TAG_NAME, "body")
    ink, paper = (
        sum(map(int, re.findall(r"\d+", body.value_of_css_property(name))[:3]))
        for name in ("color", "background-color")
    )
    assert abs(ink - paper) > 450
    assert (ink > paper) == (scheme == "dark")
