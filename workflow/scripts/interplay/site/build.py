"""Write the pages of the site."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from interplay.claims.page import measured_value
from interplay.provenance.graph import Graph
from interplay.provenance.panels import panels_of
from interplay.provenance.subjects import (
    Subject,
    claim_subject,
    number_source,
    number_subject,
    panel_subject,
    text,
)
from interplay.site.boxes import panel_boxes
from interplay.site.content import (
    Content,
    experiment_content,
    experiments,
    figure_title,
    job_content,
    job_page,
    slug,
    subject_content,
)

ASSETS = ("style.css", "filter.js")


class Site:
    """Pages of one results folder, written to a folder."""

    def __init__(
        self, graph: Graph, folder: Path, templates: Path, captions: Mapping[str, str]
    ):
        """Prepare to write; nothing is written yet.

        Args:
            graph: the receipts.
            folder: where the pages go.
            templates: the folder of the templates.
            captions: of the figures, by the module that draws them.
        """
        self.graph, self.folder, self.templates = graph, folder, templates
        self.captions = captions
        self.environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def write(self) -> None:
        """Write all pages."""
        for name in ASSETS:
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.templates / name, self.folder / name)
        for job in self.graph.receipts:
            self.page(job_page(job), "job.html", job_content(job, self.graph))
        figures = [self.figure(name) for name in sorted(self.graph.figures)]
        claims, numbers = self.claims(), self.numbers()
        overviews = {figure["experiment"]: figure for figure in figures}
        named = []
        for name, (stage, runs) in experiments(self.graph).items():
            page = f"experiments/{slug(name)}.html"
            content = experiment_content(name, stage, self.graph)
            self.page(page, "experiment.html", {**content, "figure": overviews.get(name)})
            named.append({"name": name, "href": page, "stage": stage, "runs": len(runs)})
        self.page(
            "index.html",
            "index.html",
            {
                "title": "Results",
                "figures": [figure for figure in figures if not figure["experiment"]],
                "verdicts": _verdicts(claims),
                "claims": len(claims),
                "numbers": len(numbers),
                "experiments": named,
                "origin": self.graph.chain.seal,
                "files": list(self.graph.configuration["files"]),
            },
        )

    def page(self, path: str, template: str, content: Content) -> None:
        """Write one page; `root` leads from it to the top of the site."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        root = "../" * path.count("/")
        text = self.environment.get_template(template).render(
            root=root, has_paper=bool(self._table("claims")), **content
        )
        file.write_text(text, encoding="utf-8")

    def figure(self, name: str) -> Content:
        """Copy a figure, write the pages of its panels, and return what shows it."""
        receipt = self.graph.figures[name]
        module = receipt.parameters["figure"]
        path = next(path for path in receipt.outputs if path.endswith(".svg"))
        file = self.graph.place.file(path)
        image = f"figures/{slug(name)}.svg"
        (self.folder / image).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, self.folder / image)
        boxes = panel_boxes(file.read_text(encoding="utf-8"))
        panels = []
        for letter, panel in panels_of(module).items():
            # An overview of few values of g has fewer panels.
            if letter in boxes:
                page = f"panels/{slug(name)}-{letter}.html"
                subject = panel_subject(name, letter, self.graph)
                self.subject(page, subject, "panel")
                panels.append(
                    {"letter": letter, "href": page, "box": boxes[letter],
                     "shows": panel.shows}
                )  # fmt: skip
        return {
            "name": name,
            "title": figure_title(name, module),
            "caption": self.captions[module],
            "image": image,
            "panels": panels,
            "job": job_page(receipt),
            "experiment": receipt.wildcards.get("experiment", ""),
        }

    def subject(self, page: str, subject: Subject, kind: str) -> None:
        """Write the page of a panel, a claim or a number."""
        content = subject_content(subject, self.graph)
        self.page(page, "subject.html", {**content, "kind": kind})

    def claims(self) -> list[Content]:
        """Write a page per claim and reading and the list of all; return the list."""
        path = self._table("claims")
        claims = []
        for row in _rows(self.graph.table(path)) if path else ():
            page = f"claims/{slug(row.id)}-{slug(row.reading)}.html"
            self.subject(page, claim_subject(row, path, self.graph), "claim")
            section = text(row["where"]).split(",")[0]
            claims.append(
                {"href": page, "id": row.id, "reading": row.reading, "verdict": row.verdict,
                 "where": row["where"], "section": section, "claim": row.claim,
                 "expected": text(row.expected), "measured": measured_value(row)}
            )  # fmt: skip
        if claims:
            self.page("claims.html", "claims.html", {"title": "Claims", "claims": claims})
        return claims

    def numbers(self) -> list[Content]:
        """Write a page per number of the paper and the list of all; return the list."""
        path = self._table("numbers")
        numbers = []
        for row in _rows(self.graph.table(path)) if path else ():
            page = f"numbers/{slug(row.label)}.html"
            self.subject(page, number_subject(row, path, self.graph), "number")
            numbers.append(
                {"href": page, "label": row.label, "value": text(row.value),
                 "source": number_source(row, self.graph)}
            )  # fmt: skip
        if numbers:
            self.page(
                "numbers.html", "numbers.html", {"title": "Numbers", "numbers": numbers}
            )
        return numbers

    def _table(self, name: str) -> str:
        path = f"{self.graph.results}/tables/{name}.csv"
        return path if path in self.graph.producers else ""


def _rows(table: pd.DataFrame) -> Iterable[pd.Series]:
    return (row for _, row in table.iterrows())


def _verdicts(claims: Iterable[Content]) -> list[tuple[str, dict[str, int]]]:
    """Return the count of each verdict, by reading."""
    counts: dict[str, dict[str, int]] = {}
    for claim in claims:
        reading = counts.setdefault(claim["reading"], {})
        reading[claim["verdict"]] = reading.get(claim["verdict"], 0) + 1
    return list(counts.items())
