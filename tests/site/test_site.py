"""The site: its parts, and what a browser shows of the real one."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from interplay.figures.style import letter_panels
from interplay.provenance.graph import Graph
from interplay.provenance.subjects import Subject, experiment_subject
from interplay.site import build
from interplay.site.boxes import panel_boxes
from interplay.site.build import Site
from interplay.site.content import figure_title, rows_content, slug

TEMPLATES = Path(build.__file__).parent / "templates"


def test_the_box_of_a_panel_is_that_of_its_axes(tmp_path):
    figure = Figure(figsize=(4, 2))
    axes = [figure.add_axes((0.1, 0.2, 0.3, 0.6)), figure.add_axes((0.6, 0.5, 0.3, 0.3))]
    figure.add_axes((0.6, 0.2, 0.3, 0.2))
    letter_panels(axes)
    figure.savefig(tmp_path / "figure.svg")
    boxes = panel_boxes((tmp_path / "figure.svg").read_text())
    a, b = boxes["a"], boxes["b"]
    assert (a.left, a.top, a.width, a.height) == pytest.approx((10, 20, 30, 60), abs=0.1)
    # The axes without a letter belong to (b).
    assert (b.left, b.top, b.width, b.height) == pytest.approx((60, 20, 30, 60), abs=0.1)


def test_names_become_names_of_files():
    assert slug("claims/identified/holds partly") == "claims-identified-holds-partly"
    assert slug("g = 0.9") == "g-0.9"


class Links(HTMLParser):
    """Collects the links of a page and the scripts that it loads."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("href", "src")]


@pytest.fixture(scope="module")
def small(project, tmp_path_factory):
    """The site of the small project."""
    folder = tmp_path_factory.mktemp("small") / "site"
    graph = Graph.read(Path("results"), project)
    Site(graph, folder, TEMPLATES, {"fig2": ""}).write()
    return folder


def test_another_commit_changes_the_first_page_alone(project, small, tmp_path):
    graph = Graph.read(Path("results"), project)
    seal = replace(graph.chain.seal, commit="0" * 40)
    later = replace(graph, chain=replace(graph.chain, seal=seal))
    Site(later, tmp_path, TEMPLATES, {"fig2": ""}).write()
    pages = [page.relative_to(small) for page in small.rglob("*.html")]
    changed = [
        str(page)
        for page in pages
        if (small / page).read_text() != (tmp_path / page).read_text()
    ]
    assert changed == ["index.html"]


def test_the_page_of_an_experiment_leads_to_its_rows_jobs_and_command(small):
    page = (small / "experiments/romo.html").read_text()
    assert "2 rows of <a href" in page
    assert "<code>experiment == &#39;romo&#39;</code>" in page
    assert 'is made by <a href="../jobs/nonlinear-tables.html">' in page
    assert "nonlinear/learning_rate" in page
    assert page.count('<a href="../jobs/train-network-romo-') == 2
    again = "--forceall -- results/tables/nonlinear.csv"
    assert f"snakemake --cores 1 --configfile preview.yaml {again}" in page


def test_an_experiment_with_a_table_of_its_own_shows_all_of_it(project):
    graph = Graph.read(Path("results"), project)
    own = "results/nonlinear/own/networks.csv"
    shared = graph.table("results/tables/nonlinear.csv")
    graph._tables[own] = shared[shared.experiment == "own"]
    graph.producers[own] = graph.producers["results/tables/nonlinear.csv"]
    subject = experiment_subject("own", "nonlinear", graph)
    assert (subject.table, len(subject.rows), subject.query) == (own, 1, "")


def test_the_columns_of_a_panel_follow_those_that_name_the_network(project):
    rows = Graph.read(Path("results"), project).table("results/tables/nonlinear.csv")
    table = "results/tables/nonlinear.csv"
    last = rows.columns[-1]
    subject = Subject("a panel", table, table, rows, columns=(last,))
    names = [name for name in ("experiment", "g", "seed") if name in rows]
    content = rows_content(subject)
    assert content["columns"][: len(names) + 1] == [*names, last]
    assert sorted(content["columns"]) == sorted(rows.columns)
    line, cells = content["lines"][0]
    found = dict(zip(content["columns"], cells, strict=True))
    assert found["experiment"] == rows.experiment[line]
    of_claim = rows_content(Subject("a claim", table, table, rows))
    assert of_claim["columns"] == list(rows.columns)


def test_the_pages_of_claims_and_numbers_show_reasons_and_keys(small):
    claim = (small / "claims/romo-rank-six-identified.html").read_text()
    assert "reason: They need more. Expected at least 7; measured 7.25, from" in claim
    number = (small / "numbers/rates-identified-flipflop.html").read_text()
    assert "nonlinear/networks/flipflop/learning_rate" in number
    assert "train-network" not in number
    assert "<h2>Runs</h2>" not in number
    assert "<h2>Rows</h2>" not in number
    claims = (small / "claims.html").read_text()
    assert "±" not in claims
    for page in small.rglob("*.html"):
        assert not re.search(r"\bnan\b", page.read_text()), page


@pytest.fixture(scope="module")
def site(reproduction):
    return reproduction.results / "site"


@pytest.mark.slow
def test_every_link_leads_to_a_file_and_none_to_the_network(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 100
    for page in pages:
        links = Links()
        links.feed(page.read_text())
        for link in links.found:
            assert not re.match(r"\w+:|//", link), (page, link)
            target = re.sub(r"[?#].*", "", link)
            assert not target or (page.parent / target).resolve().exists(), (page, link)


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
    for page in ("fig1-a", "fig1-l", "fig2-c", "fig5-b", "fig2-stated-d"):
        assert f'href="panels/{page}.html"' in index


def follow(browser, selector):
    """Follow the first link of a selector, as a click on it would."""
    browser.find_element(By.CSS_SELECTOR, selector).click()


def heading(browser):
    return browser.find_element(By.TAG_NAME, "h1").text


@pytest.mark.slow
def test_from_a_figure_to_a_panel_a_run_and_its_input(browser, site):
    browser.get((site / "index.html").as_uri())
    follow(browser, 'a.panel[href="panels/fig5-b.html"]')
    assert heading(browser).startswith("fig5b: ")
    assert browser.find_elements(By.CSS_SELECTOR, "table.rows tbody tr")
    follow(browser, "table.runs tbody a")
    assert heading(browser).startswith("train_lstm lstm")
    assert "torch" in browser.find_element(By.TAG_NAME, "main").text
    follow(
        browser, 'ul.files a[href*="prepare_sentences"], ul.files a[href*="sentences"]'
    )
    assert heading(browser).startswith("prepare_sentences")


@pytest.mark.slow
def test_from_a_claim_to_its_rows(browser, site):
    browser.get((site / "claims.html").as_uri())
    rows = browser.find_elements(By.CSS_SELECTOR, "#claims tbody tr")
    verdicts = browser.find_element(By.NAME, "verdict")
    Select(verdicts).select_by_visible_text("fails")
    shown = [row for row in rows if row.is_displayed()]
    assert 0 < len(shown) < len(rows)
    assert all(row.get_attribute("data-verdict") == "fails" for row in shown)
    shown[0].find_element(By.TAG_NAME, "a").click()
    assert browser.find_elements(By.CSS_SELECTOR, "table.rows thead th")


@pytest.mark.slow
def test_the_keyboard_reaches_a_panel(browser, site):
    browser.get((site / "index.html").as_uri())
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to content"
    panel = browser.find_element(By.CSS_SELECTOR, 'a.panel[href="panels/fig2-c.html"]')
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
