"""Get the three files of trees, from their host or from a local copy."""

import logging
from pathlib import Path

from interplay.sentiment.downloads import copy_checked, downloaded_archive
from interplay.sentiment.treebank import SPLITS
from job import script

logger = logging.getLogger("interplay")


@script
def main(output, params, config):
    """Copy or download the files, and check their hashes."""
    # The source is not a parameter of the job: the hashes determine the files.
    if folder := config.get("treebank"):
        logger.info("copying from %s", folder)
        for split in SPLITS:
            copy_checked(
                Path(folder) / f"{split}.txt", params.files[split], output[split]
            )
    else:
        scratch = Path(output[0]).parent
        with downloaded_archive(params.urls, params.sha256, scratch) as archive:
            for split in SPLITS:
                member, sha256 = f"trees/{split}.txt", params.files[split]
                archive.extract(member, output[split], sha256)
