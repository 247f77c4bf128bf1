"""`python -m interplay` from the root of the repository, without installing anything.

Python finds this file before the library of the same name, and so it stands for it: the
library's folder is where its modules are looked up.
"""

import sys
from pathlib import Path

__path__ = [str(Path(__file__).parent / "workflow" / "scripts" / "interplay")]

if __name__ == "__main__":
    from interplay.__main__ import main

    sys.exit(main())
