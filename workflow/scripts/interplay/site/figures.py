"""A figure on a page: its title, its caption, and its panels with their place and page."""

from pathlib import Path

from jinja2 import Template

from interplay.provenance.graph import Graph
from interplay.provenance.receipts import Receipt
from interplay.provenance.subjects import panels_of
from interplay.site.addresses import experiment_page, job_page, panel_page
from interplay.site.boxes import panel_boxes
from interplay.site.jobs import Content
from interplay.storage.files import reading


def svg_of(name: str, graph: Graph) -> str:
    """Return the path of the SVG file of a figure, as receipts name it."""
    outputs = graph.figures[name].outputs
    return next(path for path in outputs if path.endswith(".svg"))


def figure_content(name: str, path: str, graph: Graph) -> Content:
    """Return what a page shows of a figure, but for the address of its image.

    Args:
        name: of the figure: fig1, fig1_stated, romo/overview.
        path: of its SVG file, which has to be there.
        graph: the receipts.
    """
    receipt, place = graph.figures[name], graph.place
    module = receipt.parameters["figure"]
    boxes = panel_boxes(place.file(path).read_text(encoding="utf-8"))
    tables = {Path(table).name: place.file(table) for table in receipt.inputs}
    experiment = receipt.wildcards.get("experiment", "")
    page = experiment_page(experiment) if experiment else "index.html"
    return {
        "name": name,
        "title": figure_title(name, module),
        "caption": _caption(module, receipt, graph),
        "href": f"{page}#{name}",
        "job": job_page(receipt),
        "experiment": experiment,
        "panels": [
            {"letter": letter, "href": panel_page(name, letter), "box": boxes[letter],
             "shows": panel.shows}
            for letter, panel in panels_of(receipt).items()
            # An archive lacks the tables of an overview.
            if tables[panel.table].is_file()
        ],
    }  # fmt: skip


def _caption(module: str, receipt: Receipt, graph: Graph) -> str:
    """Return the caption of a figure, which Snakemake's report shows as well."""
    file = graph.place.root / "workflow" / "report" / f"{module}.rst"
    with reading(file, "a caption"):
        text = file.read_text(encoding="utf-8")
    return Template(text).render(snakemake={"wildcards": receipt.wildcards})


def figure_title(name: str, module: str) -> str:
    """Return how a figure is called on a page.

    Args:
        name: of the figure: fig1, fig1_stated, figS_rate, romo/overview.
        module: that draws it: fig1, figS_rate, overview.
    """
    if module == "overview":
        return f"Overview of {name.partition('/')[0]}"
    if module == "field":
        return "Tasks compared"
    number = module.removeprefix("fig")
    supplement = f"Supplement: {number.removeprefix('S_').replace('_', ' ')}"
    title = f"Figure {number}" if number.isdigit() else supplement
    reading = name.removeprefix(module).strip("_")
    return f"{title}, reading {reading}" if reading else title
