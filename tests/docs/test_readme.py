"""The numbers of README.md against the files that they count."""

import re
from pathlib import Path

from interplay.configuration.files import read_yaml

ROOT = Path(__file__).parents[2]
README = " ".join((ROOT / "README.md").read_text().split())


def test_the_number_of_statements_is_that_of_the_claims():
    (number,) = re.findall(r"It tests (\d+) statements in each", README)
    assert int(number) == len(read_yaml(ROOT / "paper/claims.yaml")["claims"])
