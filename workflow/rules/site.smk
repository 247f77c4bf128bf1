"""The site: static pages that show where every panel, claim and number comes from."""

TEMPLATES = SCRIPTS / "interplay" / "site" / "templates"
CAPTIONS = ROOT / "workflow" / "report"


rule site:
    """Write the site from all results."""
    input:
        results=[overviews(OWN_EXPERIMENTS), PAPER if "readings" in config else []],
        templates=[
            source(file.relative_to(ROOT)) for file in sorted(TEMPLATES.iterdir())
        ],
        captions=[
            source(file.relative_to(ROOT))
            for file in [*sorted(CAPTIONS.glob("fig*.rst")), CAPTIONS / "overview.rst"]
        ],
    output:
        site=report(
            directory("<results>/site"),
            htmlindex="index.html",
            caption="../report/site.rst",
            category="Site",
            labels={"site": "where every result comes from"},
        ),
    log:
        "<logs>/site/build.log",
    benchmark:
        "<benchmarks>/site/build.tsv"
    localrule: True
    conda:
        "../../envs/site.yaml"
    resources:
        **each_try(mem_mb=1500, runtime=20),
    params:
        plan=PLAN,
        code=code("build_site.py"),
    message:
        "Writing the site"
    script:
        "../scripts/build_site.py"
