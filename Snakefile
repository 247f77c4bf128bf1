"""From nothing but config.yaml to Figures 1 to 5: `snakemake --cores 8`."""

from snakemake.utils import min_version

min_version("9.6")


configfile: "config.yaml"


# Used with `--sdm apptainer`; `make image` builds it.
container: "envs/interplay.sif"


pathvars:
    logs="<results>/logs",
    benchmarks="<results>/benchmarks",


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/nonlinear.smk"
include: "workflow/rules/linear.smk"
include: "workflow/rules/sentiment.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/paper.smk"
include: "workflow/rules/audit.smk"


# With a limit on jobs a second, and there is one by default, each job that ends adds a timer
# that has Snakemake look over all ready jobs once more every second (seen in 9.27). After
# 130 jobs that took a third of a core.
onstart:
    workflow.scheduler.job_rate_limiter = None


rule all:
    """Every figure, the tables that they are drawn from, the claims, and the paper."""
    default_target: True
    input:
        FIGURES,
        rules.count_sentences.output,
        rules.evaluate_claims.output,
        rules.present_claims.output,
        rules.paper.output,
