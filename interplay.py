"""`python -m interplay` from the root of the repository, without installing anything.

Python finds this file before the library of the same name; it makes way for it.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "workflow" / "scripts"))

if __name__ == "__main__":
    from interplay.__main__ import main

    sys.exit(main())
