"""Get the word vectors from their host."""

from pathlib import Path

from interplay.sentiment.downloads import downloaded_archive
from job import job


def main(snakemake):
    """Download the archive and write the one file of it that is needed."""
    params, path = snakemake.params, Path(snakemake.output.vectors)
    with downloaded_archive(params.urls, params.sha256, path.parent) as archive:
        archive.extract(params.file, path)


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
