"""Low-rank learning in recurrent networks: the library behind the workflow.

Nothing here knows of Snakemake, of rules or of where a file lies.
"""
