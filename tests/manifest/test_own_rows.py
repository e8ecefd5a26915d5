"""A service's own rows are read by its settings, findings in them separately, and settings are proposed from a file."""

import tomllib

import declarations
import polars as pl
import pytest

from riskscore import schema, settings
from riskscore.errors import ManifestError, SettingsError
from riskscore.manifest import outcomes, read
from riskscore.proposal.propose import propose


@pytest.fixture
def filed(tmp_path):
    return declarations.file(tmp_path, "d.csv", declarations.rows(days=3, per_day=5))


def test_own_fields_are_read_and_findings_are_not(filed):
    manifest = read.read(filed, settings=declarations.ours())
    assert manifest.balance == 0
    assert manifest.consignments.columns == [*schema.COLUMNS, "tax_type", "use", "price", "mass"]
    row = manifest.consignments.row(0, named=True)
    source = pl.read_csv(filed, infer_schema=False).row(0, named=True)
    assert (row["bill_of_lading"], row["container_number"]) == (source["Number"], "-")
    assert (row["tax_type"], row["price"]) == (source["Tax"], float(source["Price"]))
    assert "Fraud" not in {heading.source for heading in manifest.understood.headings if heading.column}


def test_a_field_that_is_not_a_number_is_empty_and_counted(tmp_path):
    frame = declarations.rows(days=2, per_day=3).with_columns(
        Price=pl.when(pl.int_range(pl.len()) == 4).then(pl.lit("cheap")).otherwise("Price")
    )
    manifest = read.read(declarations.file(tmp_path, "d.csv", frame), settings=declarations.ours())
    assert manifest.consignments["price"].null_count() == 1
    assert [part.sentence() for part in manifest.understood.not_understood] == [
        "1 value of price not understood: cheap"
    ]
    assert manifest.balance == 0


def test_lines_of_one_row_keep_their_fields(tmp_path):
    frame = declarations.rows(days=1, per_day=2)
    twice = pl.concat([frame, frame.head(1).with_columns(Goods=pl.lit("999999"))])
    manifest = read.read(declarations.file(tmp_path, "d.csv", twice), settings=declarations.ours())
    first = manifest.consignments.filter(bill_of_lading=frame["Number"][0]).row(0, named=True)
    assert first["hs_codes"] == [frame["Goods"][0], "999999"]
    assert first["tax_type"] == frame["Tax"][0]


def test_findings_are_known_days_after_filing_and_empty_ones_are_left_out(tmp_path):
    frame = declarations.rows(days=2, per_day=3).with_columns(
        Fraud=pl.when(pl.int_range(pl.len()) == 1).then(None).otherwise("Fraud")
    )
    result = outcomes.read(declarations.file(tmp_path, "d.csv", frame), settings=declarations.ours())
    assert result.balance == 0
    assert result.outcomes.height == 5
    assert set(result.outcomes["finding"]) <= {"clean", "seizure"}
    assert (result.outcomes["known_at"].dt.date().to_list())[0] == declarations.FIRST.replace(day=2)
    assert result.outcomes["inspected_at"].null_count() == 5


def test_findings_are_known_on_the_day_that_the_file_says(tmp_path):
    text = declarations.SETTINGS.replace("known_after_days = 1", "known_at = 'Done'\nknown_after_days = 5")
    ours = settings.parse_settings(tomllib.loads(text))
    frame = declarations.rows(days=1, per_day=3).with_columns(Done=pl.Series(["2024-01-09", "", "2023-12-30"]))
    result = outcomes.read(declarations.file(tmp_path, "d.csv", frame), settings=ours)
    days = [str(moment.date()) for moment in result.outcomes["known_at"]]
    # The last one is dated before its own filing: known then, it would be scored with its own finding.
    assert days == ["2024-01-09", "2024-01-06", "2024-01-01"]
    assert "1 finding without a date: known 5 days after filing" in result.understood.notes
    assert "1 finding dated before the filing: known at the filing" in result.understood.notes
    without = declarations.file(tmp_path, "e.csv", frame.drop("Done"))
    with pytest.raises(ManifestError, match="no heading 'Done', which \\[outcome\\] known_at names"):
        outcomes.read(without, settings=ours)


def test_findings_are_read_where_headings_need_no_settings(tmp_path):
    frame = declarations.rows(days=1, per_day=3).rename({"Day": "filed_at", "Number": "Bill of lading"})
    text = declarations.SETTINGS.replace('key = "Number"\n', "").replace('"Day" = "filed_at"\n', "")
    ours = settings.parse_settings(tomllib.loads(text))
    path = declarations.file(tmp_path, "d.csv", frame)
    found = outcomes.read(path, settings=ours).outcomes
    assert set(found["bill_of_lading"]) == set(read.read(path, settings=ours).consignments["bill_of_lading"])


def test_an_unknown_word_for_a_finding_is_refused(tmp_path):
    frame = declarations.rows(days=1, per_day=2).with_columns(Fraud=pl.lit("perhaps"))
    with pytest.raises(ManifestError, match="perhaps"):
        outcomes.read_outcomes(declarations.file(tmp_path, "d.csv", frame), settings=declarations.ours())


def test_manifests_without_findings_give_no_outcomes(tmp_path):
    without = declarations.file(tmp_path, "d.csv", declarations.rows(days=1).drop("Fraud"))
    assert outcomes.read_findings([without], declarations.ours()).height == 0
    assert outcomes.read_findings([without], settings.NONE).height == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[columns]\nDay='filed'", "unknown column 'filed'; did you mean filed_at"),
        ("[row]\nlacks=['container']", "[row] lacks: unknown column 'container'"),
        ("[field.marks]\nfrom='x'\nkind='key'", "[field.marks] is a canonical column"),
    ],
)
def test_settings_with_unknown_columns_are_refused(filed, text, message):
    with pytest.raises(SettingsError) as wrong:
        read.read(filed, settings=settings.parse_settings(tomllib.loads(text)))
    assert message in str(wrong.value)


def test_proposed_settings_read_the_file_that_they_came_from(tmp_path):
    path = declarations.file(tmp_path, "d.csv", declarations.rows(days=30))
    text = propose(path)
    proposed = settings.parse_settings(tomllib.loads(text))
    assert proposed.key == "Number"
    assert proposed.outcome is not None
    assert (proposed.outcome.source, proposed.outcome.words) == ("Fraud", {"0": "clean", "1": "seizure"})
    kinds = {field.source: field.kind for field in proposed.fields}
    assert kinds["Price"] == "number"
    assert kinds["Tax"] == kinds["Use"] == "category"
    assert "Fraud" not in kinds
    manifest = read.read(path, settings=proposed)
    assert (manifest.consignments.height, manifest.quarantine.height) == (1200, 0)


def test_hostile_headings_and_values_make_settings_that_parse(tmp_path):
    frame = pl.DataFrame(
        {'a"b\\c': ["1", "2"], "x\ty": ['"', "\\"], "=cmd": ["é\u202e", "\x7f"], "": ["p", "q"], "9": ["r", "s"]}
    )
    proposed = settings.parse_settings(tomllib.loads(propose(declarations.file(tmp_path, "h.csv", frame))))
    assert proposed.lacks
    assert all(field.name.isidentifier() for field in proposed.fields)


def test_a_complete_canonical_manifest_needs_no_settings(tmp_path):
    text = propose(declarations.file(tmp_path, "m.csv", pl.DataFrame({name: ["x"] for name in schema.REQUIRED})))
    assert "[row]" not in text
    assert "[columns]" not in text
