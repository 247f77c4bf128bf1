"""git for tests, see also the fixture `own_git_settings`."""

import os
import subprocess

IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "author"), ("EMAIL", "author@example.org"))
}


def git(folder, *arguments):
    """Return what git prints."""
    ended = subprocess.run(
        ["git", "-C", folder, "-c", "init.defaultBranch=main", *arguments],
        check=True,
        capture_output=True,
        env={**os.environ, **IDENTITY},
    )
    return ended.stdout.decode().strip()
