"""Write the pages of the site."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from threadpoolctl import threadpool_limits

from interplay.figures.explorer import write_figure
from interplay.kernels.denormals import denormals_flushed
from interplay.provenance.graph import Graph
from interplay.provenance.numbers import number_source, number_subject
from interplay.provenance.place import Place
from interplay.provenance.subject import Subject, text
from interplay.provenance.subjects import claim_subject, panel_subject
from interplay.site.addresses import (
    address,
    claim_page,
    experiment_page,
    job_page,
    number_page,
)
from interplay.site.claims import by_section, claim_content, counts_by_reading
from interplay.site.content import experiment_content, experiments, subject_content
from interplay.site.explorer import archived_files, explored, json_of, page_numbers
from interplay.site.facts import is_preview, meanings, run_facts
from interplay.site.figures import figure_content, svg_of
from interplay.site.jobs import Content, job_content
from interplay.storage.errors import InputError

TEMPLATES = Path(__file__).parent / "templates"
ASSETS = ("style.css", "filter.js")


def default_folder(place: Place) -> Path:
    """Return where the site of a results folder goes.

    A live folder holds its own site. An archive is under git and the site is not, so its
    site goes to the folder `site` of the current folder.
    """
    return (place.work if place.archived else place.folder) / "site"


def write_site(graph: Graph, folder: Path) -> None:
    """Write the site of a results folder: whole, or not at all.

    Args:
        graph: the receipts.
        folder: where the pages go; an earlier site there is replaced.

    Raises:
        InputError: there is something else than a site; or a table is missing or damaged.
    """
    # Pages of a site that was killed while it was written.
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    if folder.is_symlink() or (folder.exists() and not _is_replaceable(folder)):
        raise InputError(
            f"{folder}: expected no folder, or one by `interplay site`, found another"
        )
    try:
        Site(graph, unfinished).write()
        if folder.exists():
            shutil.rmtree(folder)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _is_replaceable(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    return not names or {"index.html", *ASSETS} <= names


class Site:
    """Pages of one results folder, written to a folder."""

    def __init__(self, graph: Graph, folder: Path):
        """Prepare to write; nothing is written yet.

        Args:
            graph: the receipts.
            folder: where the pages go.
        """
        self.graph, self.folder = graph, folder
        self.environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals["preview"] = is_preview(graph)
        self.environment.globals["files"] = list(graph.configuration["files"])
        self.environment.globals["lists"] = [
            name for name in ("claims", "numbers") if self._table(name)
        ]
        self.environment.globals["explorer"] = bool(archived_files(graph))

    def write(self) -> None:
        """Write all pages."""
        self.folder.mkdir(parents=True)
        for name in ASSETS:
            shutil.copyfile(TEMPLATES / name, self.folder / name)
        for job in self.graph.receipts:
            self.page(job_page(job), "job.html", job_content(job, self.graph))
        drawn = (self.figure(name) for name in sorted(self.graph.figures))
        figures = [figure for figure in drawn if figure]
        claims, numbers = self.claims(), self.numbers()
        self.explorer()
        overviews = {figure["experiment"]: figure for figure in figures}
        named = []
        for name, (stage, runs) in experiments(self.graph).items():
            page = experiment_page(name)
            content = experiment_content(name, stage, runs, self.graph)
            content["table_href"] = self.copy(content["table"])
            self.page(page, "experiment.html", {**content, "figure": overviews.get(name)})
            named.append({"name": name, "href": page, "stage": stage, "runs": len(runs)})
        self.page(
            "index.html",
            "index.html",
            {
                "title": "Results",
                "figures": [figure for figure in figures if not figure["experiment"]],
                "verdicts": counts_by_reading(claims, "verdict"),
                "agreements": counts_by_reading(claims, "agreement"),
                "meanings": meanings(self.graph),
                "numbers": len(numbers),
                "experiments": named,
                "article": self.copy(f"{self.graph.results}/paper.pdf"),
                **run_facts(self.graph),
            },
        )

    def explorer(self) -> None:
        """Write the explorer of the archived networks, if there are any."""
        # Two threads of BLAS take longer than one for matrices of this size.
        with denormals_flushed(), threadpool_limits(1, "blas"):
            experiments, missing = explored(self.graph)
        if not (experiments or missing):
            return
        content = {"title": "Explorer", "missing": missing, "caption": ""}
        if experiments:
            numbers = page_numbers(self.graph, experiments)
            content |= {"numbers": numbers, "data": json_of(numbers)}
            content["caption"] = write_figure(numbers, self.folder / "explorer.svg")
            shutil.copyfile(TEMPLATES / "explorer.js", self.folder / "explorer.js")
        self.page("explorer.html", "explorer.html", content)

    def page(self, path: str, template: str, content: Content) -> None:
        """Write one page; `root` leads from it to the top of the site."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        root = "../" * path.count("/")
        text = self.environment.get_template(template).render(root=root, **content)
        file.write_text(text, encoding="utf-8")

    def copy(self, path: str) -> str:
        """Copy a file of the results into the site, so that pages can link to it.

        Returns:
            Its path in the site; an empty string if the results do not have the file.
        """
        if not path or not self.graph.place.file(path).is_file():
            return ""
        name = address(*path.removeprefix(f"{self.graph.results}/").split("/"))
        copy = self.folder / name
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.graph.place.file(path), copy)
        return name

    def figure(self, name: str) -> Content | None:
        """Copy a figure, write the pages of its panels, and return what shows it.

        Returns:
            The values for the template; None if the results do not have the SVG file.
        """
        path = svg_of(name, self.graph)
        image = self.copy(path)
        if not image:
            return None
        figure = {**figure_content(name, path, self.graph), "image": image}
        panels = figure["panels"]
        around = zip([None, *panels], panels, [*panels[1:], None], strict=False)
        for before, panel, after in around:
            shown = {"figure": figure, "panel": panel, "before": before, "after": after}
            subject = panel_subject(name, panel["letter"], self.graph)
            self.subject(panel["href"], "panel.html", subject, kind="panel", **shown)
        return figure

    def subject(self, page: str, template: str, subject: Subject, **more: Any) -> None:
        """Write the page of a panel, a claim or a number; `more` goes to its template."""
        content = subject_content(subject, self.graph)
        href = self.copy(subject.table)
        self.page(page, template, {**content, "table_href": href, **more})

    def claims(self) -> list[Content]:
        """Write a page per claim and reading and the list of all; return the list."""
        path = self._table("claims")
        claims = []
        for row in _rows(self.graph.table(path)) if path else ():
            page = claim_page(row.id, row.reading)
            fields = [(key, text(value)) for key, value in row.items()]
            subject = claim_subject(row, path, self.graph)
            self.subject(page, "claim.html", subject, kind="claim", fields=fields)
            claims.append(claim_content(row, page))
        if path:
            content = {"title": "Claims", "sections": by_section(claims)}
            self.page("claims.html", "claims.html", {**content, "claims": claims})
        return claims

    def numbers(self) -> list[Content]:
        """Write a page per number of the paper and the list of all; return the list."""
        path = self._table("numbers")
        numbers = []
        for row in _rows(self.graph.table(path)) if path else ():
            page = number_page(row.label)
            subject = number_subject(row, path, self.graph)
            self.subject(page, "subject.html", subject, kind="number")
            numbers.append(
                {"href": page, "label": row.label, "value": text(row.value),
                 "source": number_source(row, path, self.graph)}
            )  # fmt: skip
        if path:
            self.page(
                "numbers.html", "numbers.html", {"title": "Numbers", "numbers": numbers}
            )
        return numbers

    def _table(self, name: str) -> str:
        """Return the path of a table of the paper; an empty string if there is none."""
        path = f"{self.graph.results}/tables/{name}.csv"
        made = path in self.graph.producers and self.graph.place.file(path).is_file()
        return path if made else ""


def _rows(table: pd.DataFrame) -> Iterable[pd.Series]:
    return (row for _, row in table.iterrows())
