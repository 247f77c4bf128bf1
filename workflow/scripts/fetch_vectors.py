"""Get the word vectors from their host."""

from pathlib import Path

from interplay.sentiment.downloads import downloaded_archive
from job import script


@script
def main(output, params):
    """Download the archive and write the one file of it that is needed.

    Returns:
        Where it came from, for the job's record.
    """
    path = Path(output.vectors)
    with downloaded_archive(params.urls, params.sha256, path.parent) as archive:
        archive.extract(params.file, path)
    return {"source": f"downloaded from {archive.url}"}
