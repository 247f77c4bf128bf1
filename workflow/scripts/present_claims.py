"""Show the claims as a page of HTML."""

from interplay.claims.page import claims_page
from interplay.storage.files import replacing
from interplay.storage.tables import read_table
from job import job

with job(snakemake):
    page = claims_page(read_table(snakemake.input.claims))
    with replacing(snakemake.output.page) as temporary:
        temporary.write_text(page)
