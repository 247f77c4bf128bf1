"""Get the word vectors from their host."""

from pathlib import Path

from interplay.sentiment.downloads import downloaded_archive
from job import job

with job(snakemake):
    params, path = snakemake.params, Path(snakemake.output.vectors)
    with downloaded_archive(params.urls, params.sha256, path.parent) as archive:
        archive.extract(params.file, path)
