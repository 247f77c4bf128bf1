"""What `interplay run` shows: progress, errors, the end of a run, and its cost beforehand."""
