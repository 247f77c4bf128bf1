"""From config.yaml to the paper's figures: `snakemake --cores 8`."""

from snakemake.utils import min_version

# The first version with pathvars. tests/deployment/test_oldest_snakemake.py runs it.
min_version("9.12")


configfile: str(workflow.current_basedir.join("config.yaml"))


# Used with `--sdm apptainer`; `make image` builds it.
container: "envs/interplay.sif"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/memory.smk"
include: "workflow/rules/paths.smk"
include: "workflow/rules/nonlinear.smk"
include: "workflow/rules/overview.smk"


# A configuration without readings has experiments of its own, and no paper.
if "readings" in config:

    include: "workflow/rules/examples.smk"
    include: "workflow/rules/linear.smk"
    include: "workflow/rules/treebank.smk"
    include: "workflow/rules/sentiment.smk"
    include: "workflow/rules/tables.smk"
    include: "workflow/rules/outbreaks.smk"
    include: "workflow/rules/figures.smk"
    include: "workflow/rules/claims.smk"
    include: "workflow/rules/paper.smk"


include: "workflow/rules/audit.smk"


rule all:
    """The paper with its figures, tables and claims; the overview of any other experiment."""
    default_target: True
    input:
        # Snakemake does not make a missing file again that only finished files need.
        measured(EXPERIMENTS),
        overviews(OWN_EXPERIMENTS),
        PAPER if "readings" in config else [],
    localrule: True


rule overview:
    """The overview figure of each experiment that the last configuration file names."""
    input:
        overviews(experiments_of_last_file()),
    localrule: True


rule field:
    """The figure that compares the tasks of all experiments that no figure of the paper shows."""
    input:
        figures_of(["field"] if OWN_EXPERIMENTS else []),
    localrule: True


if "readings" in config:

    rule figures:
        """Every figure of the paper and its supplement."""
        input:
            figures_of(FIGURES),
        localrule: True

    rule claims:
        """The verdict on every claim."""
        input:
            rules.evaluate_claims.output,
        localrule: True
