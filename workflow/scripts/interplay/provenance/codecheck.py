"""Write codecheck.yml, from which a CODECHECK starts: figures, tables and paper."""

from collections.abc import Iterable
from typing import Any

import yaml

from interplay.provenance.receipts import Receipt

PAPER = {
    "title": "The interplay between randomness and structure during learning in RNNs",
    "authors": [
        {"name": "Friedrich Schuessler"},
        {"name": "Francesca Mastrogiuseppe"},
        {"name": "Alexis Dubreuil"},
        {"name": "Srdjan Ostojic"},
        {"name": "Omri Barak"},
    ],
    "reference": "https://arxiv.org/abs/2006.11036",
}


CHECKER = """
# The codechecker fills in the rest (https://codecheck.org.uk/spec/config/1.0/):
# codechecker:
#   - name:
#     ORCID:
# check_time:
# repository:
# summary:
# certificate:
# report:
"""


def codecheck(receipts: Iterable[Receipt], results: str) -> str:
    """Return codecheck.yml: version 1.0 of the format, with a sha256 for each file.

    The fields of the checker are comments, because the register refuses placeholders.

    Args:
        receipts: of one results folder.
        results: that folder, as paths begin.
    """
    wanted = tuple(f"{results}/{part}" for part in ("figures/", "tables/", "paper.pdf"))
    manifest = [
        {"file": path, "comment": f"made by rule {receipt.rule}", "sha256": sha256}
        for receipt in receipts
        for path, sha256 in receipt.outputs.items()
        if path.startswith(wanted) and not path.endswith((".svg", ".png"))
    ]
    content = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": PAPER,
        "manifest": sorted(manifest, key=lambda entry: entry["file"]),
    }
    options: dict[str, Any] = {
        "sort_keys": False,
        "allow_unicode": True,
        "explicit_start": True,
    }
    return yaml.safe_dump(content, width=90, **options) + CHECKER
