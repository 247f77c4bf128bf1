"""The paper: no number typed by hand, and a text that can be set from the tables."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import typst

from interplay.claims.explanation import read_explanations
from interplay.configuration.experiments import experiments
from interplay.configuration.files import read_yaml
from interplay.paper.labels import labels
from interplay.paper.numbers import collect, read_numbers
from interplay.site.addresses import claim_page, number_page
from interplay.storage.tables import write_table

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "paper" / "paper.typ"
TEXT = SOURCE.read_text()
CLAIMS = read_yaml(ROOT / "paper/claims.yaml")["claims"]
CONFIG = read_yaml(ROOT / "config.yaml")
METADATA = read_yaml(ROOT / "paper/metadata.yaml")
NUMBERS = read_numbers(
    ROOT / "paper/numbers.yaml", read_yaml(ROOT / "workflow/schemas/numbers.schema.yaml")
)

WORDS = (
    "three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|"
    "hundred|thousand|million|half|percent|dozen"
)
"""one and two are articles and pairs as often as numbers"""

PANELS = re.compile(r"\*\([a-z–, ]+\)\*")


def typed_numbers(source: str) -> list[str]:
    """Return what looks like a number typed by hand in a text that Typst sets.

    Digits count, except in names within quotation marks and after @; in a formula a
    single digit is an exponent, a subscript or a 1. Words for numbers count.
    """
    text = re.sub(r"^\s*//.*$", "", source, flags=re.M)
    text = PANELS.sub("", text)
    # A string that the text shows is no name of a label.
    set_as_text = re.findall(r'#"[^"]*\d[^"]*"', text)
    strings = re.findall(r'"([^"]*)"', text)
    text = re.sub(r'"[^"]*"', "", text)
    formulas = re.findall(r"\$[^$]*\$", text)
    text = re.sub(r"\$[^$]*\$", "", text)
    text = re.sub(r"[@<]fig\d>?", "", text)
    names = r"fig\w+|[a-z0-9-]+|[\w .]+(/[\w .]+)+|[A-Za-z_]+\d(\d*|\.\d)"
    caught = set_as_text + re.findall(r"\S*\d\S*", text)
    caught += [part for part in formulas if re.search(r"\d\d|\d\.\d", part)]
    caught += [
        part
        for part in strings
        if re.search(r"\d", part) and not re.fullmatch(names, part)
    ]
    caught += re.findall(rf"\b({WORDS})\b", text, flags=re.I)
    return caught


def test_no_number_is_typed_by_hand():
    assert typed_numbers(TEXT) == []


@pytest.mark.parametrize(
    "text",
    [
        "The rank was 4 for Mante.",
        "With $N = 256$ neurons",
        "and $g = 0.9$ it is",
        'It took #"103 epochs" to',
        'with #"N256" neurons',
        'at #"g0.9" it is',
        "after twelve epochs",
        "5~% of the loss",
        "less than half of the ranks",
    ],
)
def test_a_number_typed_by_hand_is_found(text):
    assert typed_numbers(text)


def test_no_sentence_loses_its_semicolon():
    # Typst takes one that follows a call for the end of the call.
    assert not re.findall(r"\"\);", TEXT)


def test_explanations_are_of_claims_and_readings_and_without_typed_numbers():
    schema = read_yaml(ROOT / "workflow/schemas/explanations.schema.yaml")
    ids = [entry["id"] for entry in CLAIMS]
    path = ROOT / "paper/explanations.yaml"
    for one in read_explanations(path, schema, ids, CONFIG["readings"]):
        assert typed_numbers(one.text) == []
        assert "likely" not in one.text


def test_the_tables_next_to_the_text_name_claims():
    shown = re.findall(r'^  \("([a-z0-9-]+)", \[', TEXT, re.M)
    assert len(shown) > 20
    assert set(shown) <= {one["id"] for one in CLAIMS}


def test_the_text_refers_to_every_figure_and_table():
    drawn = re.findall(r'#drawn\("\w+"[^<]*<([\w-]+)>', TEXT)
    tables = re.findall(r"^\) <([\w-]+)>", TEXT, re.M)
    assert len(drawn) == TEXT.count("#drawn(")
    missing = [one for one in drawn + tables if not re.search(rf"@{one}(?![\w-])", TEXT)]
    assert missing == []


def keys_of(value):
    """Return the keys of nested mappings; a list of maps has those of each."""
    if isinstance(value, dict):
        return {key: keys_of(one) for key, one in value.items()}
    return [keys_of(one) for one in value] if isinstance(value, list) else None


def test_the_metadata_have_every_key_of_the_template_of_rescience():
    person = dict.fromkeys(("name", "orcid", "role"))
    lists = {
        "code": "url doi swh",
        "data": "url doi",
        "replication": "cite bib url doi",
        "review": "url",
        "dates": "received accepted published",
        "article": "number doi url",
        "journal": "name issn volume issue",
    }
    # The template has no address of a site, and no readings.
    texts = "title keywords abstract bibliography type domain language site"
    assert keys_of(METADATA) == {
        **dict.fromkeys(texts.split()),
        **{key: [{one: None} for one in names.split()] for key, names in lists.items()},
        "authors": [dict.fromkeys(("name", "orcid", "email", "affiliations"))],
        "affiliations": [dict.fromkeys(("code", "name", "address"))],
        "contributors": [person] * 3,
        "readings": {"identified": None, "stated": None},
    }
    references = read_yaml(ROOT / "paper" / METADATA["bibliography"])
    assert {"bib": "schuessler"} in METADATA["replication"]
    assert "schuessler" in references
    assert typed_numbers(METADATA["abstract"]) == []


def test_title_and_authors_are_those_of_the_metadata(files):
    page = typeset(files)
    for text in (METADATA["title"], *(one["name"] for one in METADATA["authors"])):
        assert text not in TEXT
        assert text.encode() in page


AGREEMENT = pd.DataFrame(
    [
        ("Fig. 2(b): norm_dW", "identified", "romo, g = 0.3", "romo", 3.48, 0.04, "differs"),
        ("Fig. 2(b): norm_dW", "identified", "romo, g = 0.6", "romo", 3.1, 0.04, "agrees"),
        ("Fig. 2(b): norm_dW", "stated", "romo, g = 0.9", "romo", 3.1, 0.04, "differs"),
        ("Fig. 2(a): loss", "identified", "mante, g = 0", "mante", 8, None, "differs"),
        ("Fig. 5", "identified", "lstm", "lstm", 1.0, 0.1, "differs"),
    ],
    columns=["id", "reading", "part", "role", "measured", "standard_error", "agreement"],
).assign(published=3.3, reading_error=0.07)  # fmt: skip


@pytest.fixture
def files(tmp_path):
    """Tables and empty figures, enough to set the paper."""
    figures = tmp_path / "figures"
    figures.mkdir()
    for name in re.findall(r'#drawn\("(\w+)"', TEXT):
        svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        (figures / f"{name}.svg").write_text(svg)
    claims = pd.DataFrame(CLAIMS)[["id", "where", "claim"]].assign(
        expected="at most 1", part="", measured=0.000123, spread=0.5, seeds=2, met=1,
        parts=1, verdict="holds", reason="", agreement="agrees", compared_part="",
        compared=2.0, published=2.1, comparable=1, source="Fig. 2", published_verdict="fails",
        cause="", about=[one.get("about", "result") for one in CLAIMS],
    )  # fmt: skip
    claims = pd.concat([claims.assign(reading=reading) for reading in CONFIG["readings"]])
    named = experiments(CONFIG["nonlinear"])
    networks_of = {
        name: {**one.parameters, "g": list(one.g), "seeds": list(one.seeds)}
        for name, one in named.items()
    }
    rates = {"flipflop": 0.03, "mante": 0.03, "romo": 0.03, "lstm": 0.001}
    config = {
        **CONFIG,
        "nonlinear": {**CONFIG["nonlinear"], "networks": networks_of},
        "rates": dict.fromkeys(CONFIG["readings"], rates),
    }
    of_config = collect({}, [], TEXT, config, {})
    shown = labels(TEXT, [one.label for one in NUMBERS])
    of_tables = pd.DataFrame(
        [
            (
                one.label,
                "a treebank" if one.label == "data/name" else 0.5,
                one.table,
                one.rows,
            )
            for one in NUMBERS
            if one.label in shown
        ],
        columns=["label", "value", "table", "rows"],
    )
    numbers = pd.concat([of_config, of_tables.assign(formula="mean of value")])
    failed = claims.id == "romo-rank-six"
    stated = claims.reading == "stated"
    claims.loc[failed, ["verdict", "cause"]] = "fails", "threshold"
    claims.loc[failed & stated, "cause"] = "not explained"
    reason = {"id": "romo-rank-six", "reading": "identified", "text": "So it is."}
    reason["cause"] = "threshold"
    reasons = pd.DataFrame([reason]).assign(shown=True)
    written = {"explanations": reasons, "claims": claims, "numbers": numbers}
    written["agreement"] = AGREEMENT
    for name, table in written.items():
        write_table(table, tmp_path / f"{name}.csv")
    return {
        "figures": str(figures),
        "preview": False,
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "date": "2026-01-31",
        "identity": "0" * 64,
        **{name: str(tmp_path / f"{name}.csv") for name in written},
    }


def options(files):
    """Return options with which Typst finds the paper's tables and figures."""
    inputs = {"files": json.dumps(files)}
    return {"root": "/", "ignore_system_fonts": True, "sys_inputs": inputs}


def typeset(files):
    return typst.compile(str(SOURCE), **options(files))


def words(files):
    """Return the reasons that the paper shows, and whether it says that it is a preview."""
    return json.loads(
        typst.query(str(SOURCE), "<shown>", field="value", **options(files))
    )


def text_of(code, files, folder):
    """Return the text that an expression with the functions of the template sets."""
    source = folder / "expression.typ"
    template = ROOT / "paper" / "template.typ"
    source.write_text(f'#import "{template}": *\n#metadata([{code}]) <expression>')
    found = typst.query(str(source), "<expression>", field="value", **options(files))

    def plain(content):
        if content["func"] == "space":
            return " "
        parts = content.get("children", [])
        return content.get("text", "") + "".join(plain(part) for part in parts)

    (content,) = json.loads(found)
    return plain(content).replace("\N{NO-BREAK SPACE}", " ")


def test_differing_values_are_those_of_the_first_reading_panel_by_panel(files, tmp_path):
    panels = '(("a", "loss", [A]), ("b", "norm_dW", [B]))'
    tasks = '(("romo", [Romo]), ("mante", [Mante]))'
    shown = text_of(f'#differing({panels}, {tasks}).join("; ")', files, tmp_path)
    rows = ["A; Mante; 0; 8; 3.300 ± 0.070", "B; Romo; 0.3; 3.480 ± 0.040; 3.300 ± 0.070"]
    assert shown == "; ".join(rows)


def links(files, folder, site):
    """Return where the article's own links lead if the metadata have this address."""
    for file in (ROOT / "paper").glob("*.*"):
        shutil.copy(file, folder)
    metadata = folder / "metadata.yaml"
    (text, count) = re.subn(
        "^site: .*$", f'site: "{site}"', metadata.read_text(), flags=re.M
    )
    assert count == 1
    metadata.write_text(text)
    paper = str(folder / "paper.typ")
    found = typst.query(paper, "link", field="dest", **options(files))
    # The bibliography has links of its own.
    cited = re.findall(r"https://\S+", (folder / "references.yml").read_text())
    return set(json.loads(found)) - set(cited)


def test_the_article_links_to_the_site_if_it_has_an_address(files, tmp_path):
    base = "https://example.org/results"
    found = links(files, tmp_path, f"{base}/")
    claims, numbers = (pd.read_csv(files[name]) for name in ("claims", "numbers"))
    pages = {
        *(claim_page(row.id, row.reading) for row in claims.itertuples()),
        *map(number_page, numbers.label),
    }
    figures = {path.stem for path in Path(files["figures"]).iterdir()}
    expected = {f"{base}/{page}" for page in pages}
    expected |= {f"{base}/index.html#{name}" for name in figures}
    assert found <= expected
    for part in ("claims/", "numbers/", "numbers/rank/flipflop/g0.0", "#"):
        assert any(part in link for link in found), part


def test_the_article_has_no_links_to_a_site_without_an_address(files, tmp_path):
    assert links(files, tmp_path, "") == set()


def test_reasons_are_shown_in_the_full_run_alone_and_a_preview_says_what_it_is(files):
    assert words(files) == [
        "romo-rank-six: threshold: So it is.",
        "romo-rank-six: not explained",
    ]
    assert words(files | {"preview": True}) == ["preview"]


def test_a_reason_that_was_measured_in_one_reading_is_not_that_of_both(files):
    claims, reasons = (pd.read_csv(files[name]) for name in ("claims", "explanations"))
    claims.loc[claims.id == "romo-rank-six", "cause"] = "threshold"
    write_table(claims, files["claims"])
    assert words(files) == ["romo-rank-six: threshold: identified: So it is."]
    both = [reasons, reasons.assign(reading="stated")]
    write_table(pd.concat(both), files["explanations"])
    assert words(files) == ["romo-rank-six: threshold: So it is."]


def test_every_label_and_claim_of_the_text_is_there_and_the_same_paper_the_same_file(
    files,
):
    first = typeset(files)
    assert first.startswith(b"%PDF")
    assert typeset(files) == first


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        ("0.00305", "0.0001", "0.00305 ± 0.00010"),
        ("103.4", "4.16", "103.4 ± 4.2"),
        ("6.75", "0.25", "6.75 ± 0.25"),
        ("-0.3", "0.0123", "−0.300 ± 0.012"),
        ("317.6", "41", "318 ± 41"),
        ("1216.4", "271", "1220 ± 270"),
        ("9.996", "0.0999", "9.996 ± 0.100"),
        ("0.02", "1.5", "0.0 ± 1.5"),
        ("2", "0", "2 ± 0"),
        ("0.123456", "0.00001", "0.123 ± 1×"),
        ("1216488.2", "2710883.1", "1.22×"),
    ],
)
def test_a_number_ends_at_the_second_digit_of_its_error(
    files, tmp_path, value, error, shown
):
    code = f'#shown-with-error("{value}", "{error}")'
    assert text_of(code, files, tmp_path).startswith(shown)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1.8996", "1.90"), ("42.0", "42.0"), ("103.2", "103"), ("3353.25", "3353"),
        ("0.19", "0.190"), ("0", "0"), ("-0.5", "−0.500"),
    ],
)  # fmt: skip
def test_a_mean_keeps_its_zeros(files, tmp_path, value, shown):
    assert text_of(f'#shown("{value}", zeros: true)', files, tmp_path) == shown


def test_a_label_that_is_not_there_is_named(files):
    numbers = pd.read_csv(files["numbers"])
    write_table(numbers[numbers.label != "nonlinear/N"], files["numbers"])
    with pytest.raises(typst.TypstError, match="expected one number called nonlinear/N"):
        typeset(files)


def test_a_preview_lacks_what_the_text_asks_for_before_it_shows_it(files):
    numbers = pd.read_csv(files["numbers"])
    or_dash = " ".join(re.findall(r"\bnum-or-dash\([^)]+\)", TEXT))
    asked = re.findall(r'\bknown\("([^"]+)"', TEXT) + labels(or_dash, numbers.label)
    assert {"curves/lstm/loss", "agreement/stated/rank/ratio"} <= set(asked)
    left_out = numbers.label.isin(asked) | numbers.label.str.startswith(
        ("training/", "cosine/", "spectrum/", "curves/", "interventions/", "channels/")
    )
    write_table(numbers[~left_out], files["numbers"])
    assert typeset(files | {"preview": True}).startswith(b"%PDF")
