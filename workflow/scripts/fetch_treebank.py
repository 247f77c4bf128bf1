"""Get the three files of trees, from their host or from a local copy."""

import logging
from pathlib import Path

from interplay.sentiment.downloads import downloaded_archive
from interplay.sentiment.tree_files import SPLITS, read_split_file
from interplay.storage.files import replacing
from job import script

logger = logging.getLogger("interplay")


@script
def main(output, params, config):
    """Write the three files, each of which has the hash that the configuration names.

    Returns:
        Where they came from, for the job's record.
    """
    # The source is not a parameter of the job: the hashes determine the files.
    if local := config.get("treebank"):
        logger.info("copying from %s", local)
        for split in SPLITS:
            trees = read_split_file(Path(local), split, params.files[split])
            with replacing(output[split]) as temporary:
                temporary.write_bytes(trees)
        return {"source": "a local copy"}
    scratch = Path(output[0]).parent
    with downloaded_archive(params.urls, params.sha256, scratch) as archive:
        for split in SPLITS:
            member, sha256 = f"trees/{split}.txt", params.files[split]
            archive.extract(member, output[split], sha256)
    return {"source": f"downloaded from {archive.url}"}
