"""The site: its addresses and parts, and the pages of a small project."""

import re
import shutil
from dataclasses import replace
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from interplay.__main__ import main
from interplay.figures.style import letter_panels
from interplay.provenance.graph import Graph
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.provenance.subject import Subject
from interplay.provenance.verify import verify
from interplay.site.addresses import address, experiment_page, number_page
from interplay.site.boxes import panel_boxes
from interplay.site.build import write_site
from interplay.site.claims import by_section, claim_content, counts_by_reading
from interplay.site.content import experiment_subject, rows_content
from interplay.storage.errors import InputError
from interplay.storage.hashes import file_hash
from interplay.storage.tables import write_table
from tests.site.pages import Page, dead_links

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
    chain = Chain.read(own / "results" / RECEIPTS)
    seal = replace(chain.seal, archived={"costs.csv": ""})
    Chain(chain.receipts, seal).write(own / "results" / RECEIPTS)
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


def test_the_first_page_says_what_the_run_was(own):
    (own / "results/benchmarks/claims").mkdir(parents=True)
    seconds = "s\tmax_rss\tcpu_time\n9000\t2\t5400\n"
    (own / "results/benchmarks/claims/evaluate.tsv").write_text(seconds)
    graph = graph_of(own)
    write_site(graph, own / "pages")
    page = (own / "pages/index.html").read_text()
    assert f"<code>{graph.chain.digest}</code>" in page
    assert "from 1970-01-01 00:00:01 UTC to 1970-01-01 00:00:02 UTC, " in page
    assert "1.5 CPU hours" in page
    assert '<a href="paper.pdf">' in page
    assert (own / "pages/paper.pdf").read_bytes() == b"%PDF"
    meanings = yaml.safe_load((ROOT / "paper/metadata.yaml").read_text())["readings"]
    # The claims of this run are of one reading.
    assert f"<dt>identified</dt><dd>{escape(meanings['identified'])}</dd>" in page


def test_a_preview_is_called_one_on_every_page_and_the_full_run_on_none(own, small):
    for page in small.rglob("*.html"):
        assert "This is a preview." in page.read_text(), page
    graph = graph_of(own)
    for job in graph.receipts:
        job.parameters.update({"preview": False} if "preview" in job.parameters else {})
    write_site(graph, own / "pages")
    for page in (own / "pages").rglob("*.html"):
        assert 'class="preview"' not in page.read_text(), page


def test_the_page_of_a_panel_shows_it_and_leads_to_figure_and_neighbours(small):
    page = (small / "panels/fig2/b.html").read_text()
    assert page.count('aria-current="page"') == 1
    assert re.search(r'href="[./]+panels/fig2/b.html" aria-current="page"', page)
    assert 'rel="prev" href="../../panels/fig2/a.html"' in page
    assert 'rel="next" href="../../panels/fig2/c.html"' in page
    assert 'href="../../index.html#fig2">Figure 2</a>' in page
    assert 'rel="prev"' not in (small / "panels/fig2/a.html").read_text()
    assert 'rel="next"' not in (small / "panels/fig2/d.html").read_text()
    assert Page(small / "panels/fig2/b.html").images == ["Figure 2: A caption."]


def test_the_page_of_a_job_shows_its_origin_as_recorded(own):
    graph = graph_of(own)
    job = replace(
        graph.producers["results/tables/numbers.csv"],
        unplanned={"workflow/scripts/sitecustomize.py": "not in its planned code"},
        not_loaded=["workflow/scripts/unused.py"],
        made_before={"results/tables/numbers.csv": 0.0},
        replaced={"results/tables/old.csv": "0ld"},
        opened=["results/tables/nonlinear.csv", "paper/unnamed.csv"],
        packages={"numpy": "2.4.6", "pandas": "2.3.3"},
        git={"commit": "c0ffee", "clean": False, "difference": "d1ff"},
        machine={
            "flags": ["avx2", "fma"], "slurm_job": None,
            "blas": [{"internal_api": "openblas", "version": "0.3.30",
                      "architecture": "SkylakeX", "num_threads": 1}],
        },
    )  # fmt: skip
    receipts = [job if one.rule == job.rule else one for one in graph.receipts]
    chain = replace(graph.chain, receipts=receipts)
    write_site(replace(graph, chain=chain), own / "pages")
    page = (own / "pages/jobs/collect_numbers.html").read_text()
    for shown in (
        "<dt>Duration</dt><dd>1.0 s</dd>",
        "c0ffee, with uncommitted changes (sha256 d1ff)",
        "numpy 2.4.6, pandas 2.3.3",
        "<dt>Vector flags</dt><dd>avx2, fma</dd>",
        "<dt>Linear algebra</dt><dd>openblas 0.3.30, kernel SkylakeX, 1 thread</dd>",
        "<dt>Slurm job</dt><dd>none</dd>",
        "<code>workflow/scripts/sitecustomize.py</code>: not in its planned code",
        "<li><code>paper/unnamed.csv</code></li>",
        "<dt>Not loaded</dt><dd>workflow/scripts/unused.py</dd>",
        "an earlier run of the job that ended 1970-01-01 00:00:00 UTC",
        "<code>results/tables/old.csv</code> <small>sha256 0ld</small>",
    ):
        assert shown in page
    assert "<li><code>results/tables/nonlinear.csv</code></li>" not in page


def test_the_first_page_has_each_commit_at_which_jobs_ran(own, small):
    graph = graph_of(own)
    *others, last = graph.receipts
    git = {"commit": "c0ffee", "clean": True}
    moved = replace(last, git=git, started=min(job.started for job in others) - 1)
    chain = replace(graph.chain, receipts=[*others, moved])
    write_site(replace(graph, chain=chain), own / "pages")
    page = (own / "pages/index.html").read_text()
    one, other = re.search(
        "<dt>Commits</dt>\n<dd>(.*)</dd>\n<dd>(.*)</dd>", page
    ).groups()
    assert one == "c0ffee: 1 job"
    assert other.endswith(f": {len(others)} jobs")
    assert "<dt>Commit</dt>" in (small / "index.html").read_text()


def test_claims_come_by_section_with_their_readings_together():
    places = {"z": "Section 5", "a": "Section 2", "c": "Fig. 1 caption", "b": "Section 2"}
    claims = [
        {"id": name, "section": section, "reading": reading}
        for reading in ("identified", "stated")
        for name, section in places.items()
    ]
    sections = by_section(claims)
    assert [(each["name"], each["anchor"]) for each in sections] == [
        ("Section 2", "Section_2"),
        ("Section 5", "Section_5"),
        ("Fig. 1 caption", "Fig._1_caption"),
    ]
    first = [(claim["id"], claim["reading"]) for claim in sections[0]["claims"]]
    assert first == [
        ("a", "identified"), ("a", "stated"), ("b", "identified"), ("b", "stated"),
    ]  # fmt: skip


def test_a_claim_shows_both_answers():
    row = pd.Series(
        {"id": "a", "reading": "stated", "where": "Fig. 2(b)", "claim": "It is.",
         "expected": "at most 1", "measured": 0.5, "spread": 0.1, "seeds": 5, "parts": 1,
         "verdict": "holds", "about": "result", "agreement": "no published value",
         "comparable": 0, "published_verdict": ""}
    )  # fmt: skip
    alone = claim_content(row, "page")
    assert (alone["agreement"], alone["published"]) == ("no published value", "")
    row.update({"about": "provenance", "agreement": "differs", "comparable": 1,
                "published_verdict": "fails"})  # fmt: skip
    more = {"compared": 0.5, "compared_part": "romo", "standard_error": np.nan,
            "published": 0.8, "reading_error": 0.05, "source": "Fig. 2"}  # fmt: skip
    compared = claim_content(pd.concat([row, pd.Series(more)]), "page")
    assert compared["published"] == "0.5; 0.8 ± 0.05 in Fig. 2 (romo)"
    assert (compared["agreement"], compared["published_verdict"]) == ("differs", "fails")
    assert [
        (reading, about, counts["differs"])
        for reading, about, counts in counts_by_reading([compared, alone], "agreement")
    ] == [("stated", "result", 0), ("stated", "provenance", 1)]


def test_claims_are_readable_without_javascript(small):
    page = (small / "claims.html").read_text()
    assert '<form class="filters" data-filters="claims" hidden>' in page
    assert "hidden" not in page.partition("<table")[2]
    assert '<a href="#Fig._1(l)">Fig. 1(l)</a>' in page
    assert '<tbody id="Fig._1(l)">' in page


def test_after_a_run_for_some_networks_their_runs_are_shown(own):
    graph = graph_of(own)
    trained = [one for one in graph.receipts if one.rule == "train_network"]
    graph = replace(graph, chain=replace(graph.chain, receipts=trained))
    write_site(graph, own / "pages")
    assert dead_links(own / "pages") == []
    assert not (own / "pages/claims.html").exists()
    assert (
        "This run made no figure and no article" in (own / "pages/index.html").read_text()
    )
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
