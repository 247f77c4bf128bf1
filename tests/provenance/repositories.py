"""git for tests."""

import os
import subprocess

IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (
        ("NAME", "author"),
        ("EMAIL", "author@example.org"),
        # The jobs of the small project start one second after it.
        ("DATE", "@0 +0000"),
    )
}


def git(folder, *arguments):
    """Return what git prints."""
    ended = subprocess.run(
        ["git", "-C", folder, "-c", "init.defaultBranch=main", *arguments],
        check=True,
        capture_output=True,
        env={**IDENTITY, **os.environ},
    )
    return ended.stdout.decode().strip()


def commit_files(folder, files):
    """Write files, given by their bytes, and commit them."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "workflow")
