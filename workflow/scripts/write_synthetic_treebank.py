"""Write a synthetic treebank, and vectors for its words."""

from interplay.sentiment.synthetic import synthetic_files
from interplay.storage.files import replacing
from job import job


def main(snakemake):
    """Write the files of trees and the file of vectors."""
    params, output = snakemake.params, snakemake.output
    for name, text in synthetic_files(params.trees, params.dimension).items():
        with replacing(output[name]) as temporary:
            temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
