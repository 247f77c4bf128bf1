"""Print the hash of each file that is named on standard input, as JSON.

Runs on any Python from 3.11 on, with nothing installed.
"""

import json
import sys
from pathlib import Path

from interplay.provenance.code import Sources, rules_hash
from interplay.storage.errors import InputError


def hash_of(sources, file):
    try:
        return sources.file_hash(file) if file.suffix == ".py" else rules_hash(file)
    except InputError:
        return "no code"


if __name__ == "__main__":
    sources = Sources(Path.cwd())
    files = sys.stdin.read().splitlines()
    json.dump({file: hash_of(sources, Path(file)) for file in files}, sys.stdout)
