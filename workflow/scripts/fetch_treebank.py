"""Get the three files of trees, from their host or from a local copy."""

import logging
from pathlib import Path

from interplay.sentiment.downloads import check_hash, copy_checked, downloaded_archive
from interplay.sentiment.treebank import SPLITS
from job import job

logger = logging.getLogger("interplay")

with job(snakemake):
    params, output = snakemake.params, snakemake.output
    # Where the files come from is no parameter: they are what their hashes say.
    if folder := snakemake.config.get("treebank"):
        logger.info("copying from %s", folder)
        for split in SPLITS:
            copy_checked(
                Path(folder) / f"{split}.txt", params.files[split], output[split]
            )
    else:
        logger.info("downloading from %s", params.url)
        scratch = Path(output[0]).parent
        with downloaded_archive(params.url, params.sha256, scratch) as archive:
            for split in SPLITS:
                archive.extract(f"trees/{split}.txt", output[split])
                check_hash(output[split], params.files[split])
