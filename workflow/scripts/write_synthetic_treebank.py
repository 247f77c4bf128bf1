"""Write a synthetic treebank, and vectors for its words."""

from interplay.sentiment.synthetic import synthetic_files
from interplay.storage.files import replacing
from job import script


@script
def main(output, params):
    """Write the files of trees and the file of vectors."""
    for name, text in synthetic_files(params.trees, params.dimension).items():
        with replacing(output[name]) as temporary:
            temporary.write_text(text, encoding="utf-8")
