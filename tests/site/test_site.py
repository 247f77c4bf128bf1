"""The site: its addresses and parts, and what a browser shows of the real one."""

import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from interplay.__main__ import main
from interplay.figures.style import letter_panels
from interplay.provenance.graph import Graph
from interplay.provenance.place import MACHINES
from interplay.provenance.subjects import Subject
from interplay.provenance.verify import verify
from interplay.site.addresses import address, experiment_page, number_page
from interplay.site.boxes import panel_boxes
from interplay.site.build import write_site
from interplay.site.content import experiment_subject, figure_title, rows_content
from interplay.storage.errors import InputError
from interplay.storage.hashes import file_hash
from interplay.storage.tables import write_table

ROOT = Path(__file__).parents[2]


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


PARTS = st.text("ae2_-./~ é", min_size=1, max_size=4)
NAMES = st.lists(PARTS, min_size=1, max_size=3)


@given(NAMES, NAMES)
def test_different_names_have_different_addresses_that_are_safe(one, other):
    assert (address(*one) == address(*other)) == (one == other)
    for part in address(*one).split("/"):
        assert re.fullmatch(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]*", part)


def test_an_address_is_the_name_where_it_can_be():
    assert experiment_page("a_b") == "experiments/a_b.html"
    assert experiment_page("a-b") == "experiments/a-b.html"
    assert number_page("claims/stated/holds partly") == (
        "numbers/claims/stated/holds~20~partly.html"
    )
    assert number_page("../x") == "numbers/~2e~./x.html"


class Page(HTMLParser):
    """Collects the links of a page, the scripts that it loads, and its anchors."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in ("href", "src")]
        self.anchors |= {value for name, value in attrs if name == "id"}


def dead_links(site):
    """Return the links that lead nowhere, to a missing anchor, or out of the site."""
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html")}
    assert pages
    dead = []
    for path, page in pages.items():
        for link in page.links:
            address, _, anchor = re.sub(r"\?[^#]*", "", link).partition("#")
            target = (path.parent / address).resolve() if address else path
            inside = target.is_relative_to(site.resolve()) and target.is_file()
            if not inside or (anchor and anchor not in pages[target].anchors):
                dead.append((str(path), link))
    return dead


def graph_of(project):
    return Graph.read(Path("results"), project)


@pytest.fixture(scope="module")
def small(project, tmp_path_factory):
    """The site of the small project."""
    folder = tmp_path_factory.mktemp("small") / "site"
    write_site(graph_of(project), folder)
    return folder


@pytest.fixture
def own(project, tmp_path, monkeypatch):
    """A copy of the small project, as the current folder."""
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    monkeypatch.chdir(folder)
    return folder


def test_a_live_folder_holds_its_site_which_no_check_looks_at(own, capsys):
    for _ in range(2):
        assert main(["site"]) == 0
        assert capsys.readouterr().out.startswith("results/site/index.html: the pages of")
    assert verify(Path("results"), own).problems == []
    assert main(["site", "results", "--to", "elsewhere/pages"]) == 0
    assert dead_links(own / "elsewhere/pages") == []
    assert [path.name for path in (own / "elsewhere").iterdir()] == ["pages"]


def test_the_site_of_an_archive_goes_to_the_current_folder(own, capsys):
    (own / "results" / MACHINES).write_text("[]")
    (own / "results").rename(own / "archived")
    assert main(["site", "archived"]) == 0
    assert capsys.readouterr().out.startswith("site/index.html: the pages of archived")
    assert dead_links(own / "site") == []
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "/site" in ignored


def test_the_site_that_is_published_is_that_of_the_archive():
    workflow = yaml.safe_load((ROOT / ".github/workflows/site.yml").read_text())
    steps = workflow["jobs"]["publish"]["steps"]
    (command,) = (step["run"] for step in steps if "interplay" in step.get("run", ""))
    words = command.split()
    assert words[:3] == [".venv/bin/interplay", "site", "paper/results"]
    (uploaded,) = (step["with"] for step in steps if "upload" in step.get("uses", ""))
    assert words[3:] == ["--to", uploaded["path"]]


@pytest.mark.parametrize("name", ["results", "paper", "link", "file"])
def test_nothing_but_a_site_is_replaced(own, name):
    (own / "paper").mkdir()
    (own / "paper/index.html").write_text("<p>")
    (own / "file").write_text("")
    write_site(graph_of(own), own / "pages")
    (own / "link").symlink_to("pages")
    before = sorted(own.rglob("*"))
    with pytest.raises(InputError, match="expected no folder, or one by `interplay sit"):
        write_site(graph_of(own), own / name)
    assert sorted(own.rglob("*")) == before


def test_an_earlier_site_stays_if_the_new_one_cannot_be_made(own):
    write_site(graph_of(own), own / "pages")
    before = sorted(own.rglob("*"))
    (own / "results/tables/nonlinear.csv").write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"nonlinear.csv: altered"):
        write_site(graph_of(own), own / "pages")
    assert sorted(own.rglob("*")) == before


def test_no_link_of_a_small_project_is_dead(small):
    assert dead_links(small) == []


def test_after_a_run_for_some_networks_their_runs_are_shown(own):
    graph = graph_of(own)
    trained = [one for one in graph.receipts if one.rule == "train_network"]
    graph = replace(graph, chain=replace(graph.chain, receipts=trained))
    write_site(graph, own / "pages")
    assert dead_links(own / "pages") == []
    assert not (own / "pages/claims.html").exists()
    page = (own / "pages/experiments/romo.html").read_text()
    assert page.count('<td><a href="../jobs/train_network/romo/') == 2
    assert "Rows" not in page


def test_the_page_of_an_experiment_leads_to_its_rows_jobs_and_command(small):
    page = (small / "experiments/romo.html").read_text()
    assert "2 rows of <a href" in page
    assert "<code>experiment == &#39;romo&#39;</code>" in page
    assert 'is made by <a href="../jobs/nonlinear_tables.html">' in page
    assert "nonlinear/learning_rate" in page
    assert page.count('<td><a href="../jobs/train_network/romo/') == 2
    again = (
        "interplay run nonlinear_tables --cores 1 --forceall --configfile preview.yaml"
    )
    assert again in page


def test_an_experiment_with_a_table_of_its_own_shows_all_of_it(own):
    graph = graph_of(own)
    table = "results/nonlinear/own/networks.csv"
    shared = graph.table("results/tables/nonlinear.csv")
    write_table(shared[shared.experiment == "own"], own / table)
    maker = graph.producers["results/tables/nonlinear.csv"]
    graph.producers[table] = replace(maker, outputs={table: file_hash(own / table)})
    (own / table).rename(own / "elsewhere.csv")
    # An archive has no such table: its pages show the rows of the shared one.
    subject = experiment_subject("own", "nonlinear", graph)
    assert subject.table == "results/tables/nonlinear.csv"
    assert (len(subject.rows), subject.query) == (1, "experiment == 'own'")
    (own / "elsewhere.csv").rename(own / table)
    subject = experiment_subject("own", "nonlinear", graph)
    assert (subject.table, len(subject.rows), subject.query) == (table, 1, "")


def test_the_columns_of_a_panel_follow_those_that_name_the_network(project):
    rows = graph_of(project).table("results/tables/nonlinear.csv")
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
    claim = (small / "claims/romo-rank-six/identified.html").read_text()
    assert "reason: They need more. Expected at least 7; measured 7.25, from" in claim
    number = (small / "numbers/rates/identified/flipflop.html").read_text()
    assert "nonlinear/networks/flipflop/learning_rate" in number
    assert "train_network" not in number
    assert "<h2>Runs</h2>" not in number
    assert "<h2>Rows</h2>" not in number
    claims = (small / "claims.html").read_text()
    assert "±" not in claims
    for page in small.rglob("*.html"):
        assert not re.search(r"\bnan\b", page.read_text()), page


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
    page = (tmp_path / "site/experiments/mante.html").read_text()
    assert "50 rows of <a href" in page
    assert "tables/nonlinear.csv" in page


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
