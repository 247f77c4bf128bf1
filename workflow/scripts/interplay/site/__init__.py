"""The site: static pages that lead from figures, claims and numbers to runs and inputs."""
