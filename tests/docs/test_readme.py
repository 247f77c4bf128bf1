"""The numbers of README.md against the files that they count."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from interplay.claims.agreement import compare
from interplay.claims.published import figures, published_tables, shared_points
from interplay.configuration.experiments import experiments, sentiment_experiments
from interplay.configuration.files import read_yaml
from interplay.storage.tables import read_table
from interplay.tables.readings import in_reading

ROOT = Path(__file__).parents[2]
README = " ".join(re.sub("<!--.*?-->", "", (ROOT / "README.md").read_text()).split())


def test_the_number_of_statements_is_that_of_the_claims():
    (number,) = re.findall(r"judges (\d+) statements in each", README)
    assert int(number) == len(read_yaml(ROOT / "paper/claims.yaml")["claims"])


def test_the_agreement_is_that_of_the_archived_run_with_the_published_figure():
    networks = read_table(ROOT / "paper/results/tables/nonlinear.csv")
    published = read_table(ROOT / "paper/published.csv")
    counts = {}
    for name, reading in read_yaml(ROOT / "config.yaml")["readings"].items():
        tables = {"nonlinear": in_reading(networks, reading)}
        shared = shared_points(tables, published_tables(published, tables))
        found = [
            compare(panel, tables, shared).agreement
            for panel in figures(published)
            if panel.where.startswith("Fig. 2")
        ]
        pairs = [((one == "agrees").sum(), len(one)) for one in found]
        counts[name], n = map(sum, zip(*pairs, strict=True))
    assert f"{n} values can be read off" in README
    assert (
        "{identified} of them agree in `identified`, and {stated} in".format(**counts)
        in README
    )


def test_the_numbers_of_networks_are_those_of_the_configuration():
    config = read_yaml(ROOT / "config.yaml")
    rate = sum(
        len(one.g) * len(one.seeds) for one in experiments(config["nonlinear"]).values()
    )
    linear = config["linear"]
    cosine, divergence = linear["cosine"], linear["divergence"]
    number = len(linear["targets"]) * len(linear["g"]) * len(linear["seeds"])
    number += len(cosine["networks"]) * len(cosine["seeds"])
    number += len(divergence["targets"]) * len(divergence["g"]) * len(divergence["seeds"])
    small = linear["small_targets"]
    number += np.prod([len(small[key]) for key in ("N", "targets", "g", "seeds")])
    second = linear["second_order"]
    # Orthogonal and independent vectors.
    number += 2 * len(linear["targets"]) * len(second["seeds"])
    lstms = sum(
        len(one.seeds) for one in sentiment_experiments(config["sentiment"]).values()
    )
    assert lstms == 8
    assert f"{rate} rate networks, {number} linear networks and eight LSTMs" in README


def test_the_cpu_hours_are_those_of_the_archived_run():
    costs = pd.read_csv(ROOT / "paper/results/costs.csv")
    hours = costs[costs.stage != "workflow"].cpu_seconds.sum() / 3600
    assert f"in {hours:.1f} CPU hours" in README
    assert costs.rss_megabytes.max() < 1500
    assert "less than 1.5 GB of memory" in README
