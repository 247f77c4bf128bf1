"""Addresses of the pages, relative to the site: the names of a thing, one folder each.

`paper/template.typ` computes the same addresses for the links of the article.
"""

import re

from interplay.provenance.receipts import Receipt

UNSAFE = re.compile(r"^\.|[^A-Za-z0-9_.-]")
"""characters that a part of an address cannot have; no part begins with a dot"""


def address(*parts: str) -> str:
    """Return a path made of some names; different names give different paths."""
    return "/".join(UNSAFE.sub(lambda found: f"~{ord(found[0]):x}~", p) for p in parts)


def job_page(job: Receipt) -> str:
    """Return the page of a job."""
    return address("jobs", job.rule, *job.wildcards.values()) + ".html"


def panel_page(figure: str, letter: str) -> str:
    """Return the page of a panel; the figure is fig1_stated or romo/overview."""
    return address("panels", *figure.split("/"), letter) + ".html"


def claim_page(claim: str, reading: str) -> str:
    """Return the page of a claim in one reading."""
    return address("claims", claim, reading) + ".html"


def number_page(label: str) -> str:
    """Return the page of a number of the paper, by its label."""
    return address("numbers", *label.split("/")) + ".html"


def experiment_page(name: str) -> str:
    """Return the page of an experiment."""
    return address("experiments", name) + ".html"
