"""Write the site: pages from figures, claims and numbers to runs, code and inputs."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from interplay.provenance.planned import planned_graph
from interplay.site.build import Site
from interplay.storage.files import read_json
from job import job

with job(snakemake):
    files, output = snakemake.input, Path(snakemake.output.site)
    graph = planned_graph(read_json(snakemake.params.plan), files.results, Path.cwd())
    output.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=output.parent, prefix=".site.") as temporary:
        captions = {Path(file).stem: Path(file).read_text() for file in files.captions}
        templates = Path(files.templates[0]).parent
        Site(graph, Path(temporary) / "site", templates, captions).write()
        shutil.rmtree(output, ignore_errors=True)
        (Path(temporary) / "site").rename(output)
