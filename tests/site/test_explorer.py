"""The explorer: its numbers against independent ones, and what a browser shows of it."""

import json
import re
from dataclasses import asdict, replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import interplay
from interplay.nonlinear.archived import archive_network, write_archived
from interplay.nonlinear.measurements.example import example_of
from interplay.provenance.graph import Graph
from interplay.runs.records import fingerprint
from interplay.site.build import write_site
from interplay.site.explorer import (
    TEST_TRIALS,
    experiment_numbers,
    page_numbers,
)
from interplay.storage.errors import InputError
from interplay.storage.hashes import file_hash
from tests.site.pages import dead_links

ROOT = Path(__file__).parents[2]
N = 24
FILE = "results/networks/romo.safetensors"


@pytest.fixture(scope="module")
def trained():
    """Networks without and with W0."""
    options = {"N": N, "epochs": 40, "batch": 8, "learning_rate": 0.1}
    return [interplay.train("romo", g, 0, **options) for g in (0, 0.9)]


def with_weights(network, W):
    return replace(network, network=replace(network.network, W=W.astype(np.float32)))


def loss_of(network, trials):
    """Return the loss, Eq. (5), computed in float64 by NumPy."""
    outputs, _ = network.simulate(trials.inputs.astype(np.float64))
    return (trials.mask * (outputs - trials.targets) ** 2).sum() / trials.mask.sum() / 2


def test_the_numbers_are_those_of_independent_numerics(trained):
    numbers = experiment_numbers(trained)
    first, network = trained
    trial = example_of(first).trials
    np.testing.assert_allclose(
        numbers["inputs"], 100 * trial.inputs[:, 0].T, atol=0.5 + 1e-4
    )
    assert numbers["trial"] == {"g": 0.0, "seed": 0}
    shown = numbers["networks"][1]
    u, s, vt = np.linalg.svd(network.dW.astype(np.float64))
    np.testing.assert_allclose(shown["values"], s[:12], rtol=5e-3)
    shuffled = interplay.shuffle_entries(network.W0, network.run.stream("shuffle"))
    tests = network.test_trials(TEST_TRIALS)
    for name, W0 in {"as_trained": network.W0, "shuffled": shuffled}.items():
        assert len(shown[name]["losses"]) == len(shown[name]["outputs"]) == 13
        for rank in (0, 1, 2, 12):
            other = with_weights(network, W0 + (u[:, :rank] * s[:rank]) @ vt[:rank])
            outputs = 100 * other.simulate(trial.inputs)[0][:, 0].T
            np.testing.assert_allclose(
                shown[name]["outputs"][rank], outputs, atol=0.5 + 1e-3
            )
            expected = loss_of(other, tests) / network.initial_loss
            assert shown[name]["losses"][rank] == pytest.approx(expected, rel=6e-3)


def test_nothing_is_shuffled_where_W0_is_zero(trained):
    without, with_W0 = experiment_numbers(trained)["networks"]
    assert "shuffled" not in without
    assert with_W0["shuffled"]["losses"] != with_W0["as_trained"]["losses"]


def test_of_a_long_trial_fewer_samples_are_shown(trained):
    task = replace(trained[0].task, delay=(140.0, 140.0))
    numbers = experiment_numbers([replace(trained[0], task=task)])
    assert numbers["step"] == 2 * task.dt
    assert 150 < len(numbers["inputs"][0]) <= 250


def archived(trained, path, functional_rank=3):
    """Write the archive of networks, and of a larger seed that the explorer does not show."""
    networks = []
    for network in [*trained, replace(trained[1], run=replace(trained[1].run, seed=1))]:
        initial = network.W0 if network.run.seed == 0 else drawn_W0(network)
        record = {
            "run": asdict(network.run), "task": {"dt": 0.5}, "epochs": 40,
            "diverged": False, "W0_sha256": fingerprint(initial),
        }  # fmt: skip
        measured = {
            "initial_loss": network.initial_loss, "final_loss": 0.01,
            "convergence_epoch": 9, "functional_rank": functional_rank,
        }  # fmt: skip
        networks.append(archive_network(network, record, measured, 8))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_archived(networks, path)


def drawn_W0(network):
    run = network.run
    return interplay.train("romo", run.g, run.seed, N=N, epochs=1).W0


@pytest.fixture
def graph(project, trained, tmp_path):
    """The receipts of the small project, with archived networks."""
    graph = Graph.read(Path("results"), project)
    path = project / FILE
    archived(trained, path)
    job = replace(
        graph.receipts[0],
        rule="archive_networks",
        inputs={},
        wildcards={"experiment": "romo"},
        outputs={FILE: file_hash(path)},
    )
    chain = replace(graph.chain, receipts=[*graph.receipts, job])
    yield replace(graph, chain=chain, configuration=configured(graph))
    path.unlink()


def configured(graph, **more):
    values = graph.configuration["values"]
    measurements = {"threshold": 0.05, "test_trials": 512, "rank_trials": 2048}
    nonlinear = {**values["nonlinear"], "measurements": measurements | more}
    return {**graph.configuration, "values": {**values, "nonlinear": nonlinear}}


@pytest.fixture
def site(graph, tmp_path):
    write_site(graph, tmp_path / "site")
    return tmp_path / "site"


def test_a_site_without_networks_has_no_explorer(project, tmp_path):
    write_site(Graph.read(Path("results"), project), tmp_path / "site")
    assert not (tmp_path / "site/explorer.html").exists()
    assert "explorer" not in (tmp_path / "site/index.html").read_text()


def test_the_trials_of_the_runs_table_are_those_that_choose_ranks(graph):
    shown = [{"networks": [{"whole": {"losses": [1.0]}}]}]
    assert page_numbers(graph, shown)["tabulated"] == 2048
    other = replace(graph, configuration=configured(graph, rank_trials=512))
    assert page_numbers(other, shown)["tabulated"] == 512


def test_networks_that_were_altered_are_not_shown(graph, project, tmp_path):
    (project / FILE).write_bytes(b"{}")
    with pytest.raises(InputError, match=r"romo.safetensors: altered"):
        write_site(graph, tmp_path / "site")


def test_the_page_names_networks_that_it_cannot_show(graph, project, tmp_path):
    (project / FILE).write_bytes(b"{}")
    *others, job = graph.receipts
    job = replace(job, outputs={FILE: file_hash(project / FILE)})
    chain = replace(graph.chain, receipts=[*others, job])
    write_site(replace(graph, chain=chain), tmp_path / "site")
    page = (tmp_path / "site/explorer.html").read_text()
    assert "romo is not shown: " in page
    assert "<script" not in page


def numbers_of(page):
    text = page.read_text()
    return json.loads(re.findall(r'type="application/json">(.*?)</script>', text)[0])


def test_the_page_has_the_first_seed_of_each_g_and_needs_no_other_address(site):
    numbers = numbers_of(site / "explorer.html")
    (experiment,) = numbers["experiments"]
    shown = [(one["g"], one["seed"], one["rank"]) for one in experiment["networks"]]
    assert shown == [(0.0, 0, 3), (0.9, 0, 3)]
    assert [len(one["as_trained"]["losses"]) for one in experiment["networks"]] == [4, 4]
    assert dead_links(site) == []
    assert "http" not in (site / "explorer.js").read_text().replace(
        "http://www.w3.org/2000/svg", ""
    )


def opened(browser, site, query=""):
    browser.get((site / "explorer.html").as_uri() + query)
    return browser.find_element(By.NAME, "R")


def said(browser):
    text = browser.find_element(By.ID, "said").text.replace("\xa0", " ")
    share = re.findall(r"the loss is ([\d.e-]+) %", text)[0]
    return text, float(share) / 100


def test_the_keyboard_moves_the_rank(browser, site):
    slider = opened(browser, site, "?experiment=romo&g=0.9&R=0")
    *_, network = numbers_of(site / "explorer.html")["experiments"][0]["networks"]
    for rank, loss in enumerate(network["as_trained"]["losses"]):
        text, share = said(browser)
        assert f"g = 0.9, seed 0. With dW of rank {rank}, " in text
        assert share == pytest.approx(loss, rel=1e-3)
        assert len(browser.find_elements(By.CSS_SELECTOR, "#values .kept")) == rank
        assert browser.current_url.endswith(f"R={rank}")
        before = browser.find_element(By.CSS_SELECTOR, "path.output").get_attribute("d")
        slider.send_keys(Keys.ARROW_RIGHT)
        after = browser.find_element(By.CSS_SELECTOR, "path.output").get_attribute("d")
        assert (before == after) == (rank == 3)
    assert "The archive has dW of rank 3, so a larger R" in said(browser)[0]
    slider.send_keys(Keys.TAB, Keys.SPACE)
    text, share = said(browser)
    assert "the entries of W0 shuffled" in text
    assert share == pytest.approx(network["shuffled"]["losses"][3], rel=1e-3)


def test_another_g_is_another_network(browser, site):
    opened(browser, site, "?g=0.9&R=1&shuffled=1")
    Select(browser.find_element(By.NAME, "g")).select_by_visible_text("0")
    text, share = said(browser)
    first, *_ = numbers_of(site / "explorer.html")["experiments"][0]["networks"]
    assert share == pytest.approx(first["as_trained"]["losses"][1], rel=1e-3)
    assert "there is nothing to shuffle" in text
    assert browser.get_log("browser") == []


def test_the_explorer_fits_a_phone_and_draws_anew(browser, site):
    size = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    opened(browser, site)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    # Nothing that is drawn is cut at an edge.
    cut = browser.execute_script("""
        return [...document.querySelectorAll("#drawn svg text")].filter((text) => {
          const inner = text.getBoundingClientRect();
          const outer = text.closest("svg").getBoundingClientRect();
          return inner.left < outer.left || inner.right > outer.right;
        }).length""")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert (width, cut) == (360, 0)


def test_without_javascript_there_is_a_figure(browser, site):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    opened(browser, site)
    images = browser.find_elements(By.CSS_SELECTOR, 'img[src="explorer.svg"]')
    shown = [image.is_displayed() for image in images]
    controls = browser.find_element(By.ID, "explorer").is_displayed()
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert (shown, controls) == ([True], False)
    assert "dW of rank 1 and 2" in (site / "explorer.svg").read_text()


@pytest.mark.slow
def test_the_explorer_of_the_archived_run_is_small_and_in_the_readme(tmp_path):
    graph = Graph.read(Path("paper/results"), ROOT)
    write_site(graph, tmp_path / "site")
    page = tmp_path / "site/explorer.html"
    assert page.stat().st_size < 1_000_000
    numbers = numbers_of(page)
    assert [one["name"] for one in numbers["experiments"]] == [
        "flipflop",
        "mante",
        "romo",
    ]
    for network in numbers["experiments"][0]["networks"]:
        few, many = network["as_trained"]["losses"], network["whole"]["losses"]
        # Of all test trials and of some of them, with the same dW.
        np.testing.assert_allclose(few, many[: len(few)], rtol=0.8)
    first = numbers["experiments"][0]
    one, two = (
        np.array(first["networks"][0]["as_trained"]["outputs"][R]) for R in (1, 2)
    )
    followed = [
        np.corrcoef(z, t)[0, 1] for z, t in zip(two, first["targets"], strict=True)
    ]
    # As the README says: rank 1 moves one output only, rank 2 both.
    assert abs(one[0]).max() > 40 > 10 > abs(one[1]).max()
    assert min(followed) > 0.9
    caption = Image.open(ROOT / "docs/explorer.png").text["Description"]
    again = (
        "write_figure(page_numbers(graph, explored(graph)[0]), Path('docs/explorer.png'))"
    )
    assert caption in unescape(page.read_text()), f"draw it again: {again}"
    assert "(docs/explorer.png)" in (ROOT / "README.md").read_text()
    assert (ROOT / "docs/explorer.png").stat().st_size < 60_000
