"""Get the three files of trees, from their host or from a local copy."""

from interplay.sentiment.downloads import copy_trees, download_trees
from interplay.sentiment.treebank import SPLITS
from job import job


def main(snakemake):
    """Write the three files."""
    params = snakemake.params
    paths = {split: snakemake.output[split] for split in SPLITS}
    # The source is not a parameter of the job: the hashes determine the files.
    if folder := snakemake.config.get("treebank"):
        copy_trees(folder, params.files, paths)
    else:
        download_trees(params.urls, params.sha256, params.files, paths)


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
