"""docs/how_it_works.md against the workflow."""

import re
from pathlib import Path

import pytest

from tests.running import snakemake

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_graph_of_rules_is_that_of_the_workflow(copies):
    page = (ROOT / "docs/how_it_works.md").read_text()
    (graph,) = re.findall(r"```mermaid\n(.*?)```", page, re.S)
    shown = re.findall(r"(\w+) --> (\w+)", graph)
    said = snakemake(copies(), "--rulegraph", "mermaid-js", "--", "fig1", "fig4", "fig5")
    names = dict(re.findall(r"(id\d+)\[(\w+)\]", said))
    edges = re.findall(r"(id\d+) --> (id\d+)", said)
    assert shown == sorted({(names[one], names[other]) for one, other in edges})
