"""Proposals do no harm: nothing in them leaks, and nothing is merged or lost in silence."""

import tomllib

import declarations
import permits
import polars as pl
import pytest

from riskscore import settings
from riskscore.errors import ManifestError, SettingsError
from riskscore.manifest import outcomes, read
from riskscore.proposal.propose import propose


def proposed(text: str) -> settings.Settings:
    return settings.parse_settings(tomllib.loads(text))


@pytest.fixture(scope="module")
def filed(tmp_path_factory):
    return declarations.file(tmp_path_factory.mktemp("permits"), "permits.csv", permits.rows())


@pytest.fixture(scope="module")
def numbered(filed):
    return propose(filed, number_rows=True)


def test_a_file_without_a_key_is_refused_with_the_nearest_columns_and_the_ways_out(filed):
    with pytest.raises(ManifestError) as refused:
        propose(filed)
    text = str(refused.value)
    assert "no column has a different value in each of the 4,800 rows" in text
    assert "'permit' (2,400 different values)" in text
    assert "--key HEADING" in text
    assert "--number-rows" in text


def test_numbered_rows_are_cases_of_their_own(filed, numbered):
    assert "4,800 rows are read as 4,800 cases, and 0 are refused" in numbered
    manifest = read.read(filed, settings=proposed(numbered))
    assert (manifest.consignments.height, manifest.earlier.height, manifest.balance) == (4_800, 0, 0)
    found = outcomes.read(filed, settings=proposed(numbered)).outcomes
    assert set(found["bill_of_lading"]) == set(manifest.consignments["bill_of_lading"])


def test_a_key_that_a_person_names_says_what_it_merges(filed):
    text = propose(filed, key="permit")
    assert "Rows with the same 'permit' are one case: 4,800 rows, 2,400 different values" in text
    assert proposed(text).key == "permit"
    with pytest.raises(SettingsError, match="no such heading"):
        propose(filed, key="permits")
    with pytest.raises(SettingsError, match="have no value"):
        propose(filed, key="keeper")


def test_the_answer_and_what_tells_it_are_no_fields(numbered):
    ours = proposed(numbered)
    sources = {field.source for field in ours.fields}
    assert not {"disposition", "disposition date", "step taken", "keeper"} & sources
    assert "#   step taken: it alone tells finds from the rest (ROC-AUC 1.000)" in numbered
    assert "#   keeper: it is filled for finds only" in numbered


def test_the_finding_has_its_words_and_its_day(numbered):
    finding = proposed(numbered).outcome
    assert finding is not None
    assert (finding.source, finding.known_at) == ("disposition", "disposition date")
    assert finding.words == {"Cleared": "clean", "Re-exported": "irregular", "Seized": "seizure"}
    assert finding.known_after_days == 20


def test_constant_columns_are_left_out_and_na_is_missing(numbered):
    fields = {field.source: field for field in proposed(numbered).fields}
    assert "regime" not in fields
    assert "#   regime: it has the same value in every row" in numbered
    assert fields["marks seen"].values == ("blue", "red")


def test_decimal_quantities_are_numbers_and_refuse_no_row(tmp_path):
    frame = permits.rows(days=5).rename({"amount": "Quantity"}).with_row_index("Permit line no")
    path = declarations.file(tmp_path, "q.csv", frame)
    text = propose(path)
    ours = proposed(text)
    assert ours.key == "Permit line no"
    assert {field.source: field.kind for field in ours.fields}["Quantity"] == "number"
    assert "200 rows are read as 200 cases, and 0 are refused" in text
    assert read.read(path, settings=ours).consignments["quantity"].to_list() == frame["Quantity"].cast(float).to_list()


def test_pairs_that_foretell_finds_are_profiles(numbered):
    assert ["species", "exporter_firm"] in [entry["columns"] for entry in proposed(numbered).profiles.values()]


@pytest.mark.parametrize(
    ("heading", "clean", "seized"),
    [
        ("Résultat du contrôle", "Conforme", "Saisie"),
        ("Resultado de la inspección", "Liberado", "Decomisado"),
        ("Resultado da conferência", "Desembaraçado", "Apreendido"),
        ("Ergebnis der Beschau", "Ohne Befund", "Beschlagnahmt"),
        ("Esito della verifica", "Svincolato", "Sequestrato"),
        ("查验结果", "放行", "查获"),
        ("status", "Released", "Confiscated"),
        ("Disposition", "C", "S"),
    ],
)
def test_findings_are_recognised_in_several_languages(tmp_path, heading, clean, seized):
    frame = declarations.rows(days=10, per_day=20).with_columns(
        pl.when(pl.col("Fraud") == "1").then(pl.lit(seized)).otherwise(pl.lit(clean)).alias(heading)
    )
    ours = proposed(propose(declarations.file(tmp_path, "d.csv", frame.drop("Fraud"))))
    assert ours.outcome is not None
    assert (ours.outcome.source, ours.outcome.words) == (heading, {clean: "clean", seized: "seizure"})


def test_words_that_are_not_understood_are_asked_and_never_guessed(tmp_path):
    frame = declarations.rows(days=10).with_columns(
        Fraud=pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("zz")).otherwise("Fraud")
    )
    path = declarations.file(tmp_path, "d.csv", frame)
    text = propose(path)
    assert '# Add to words what these mean (clean, irregular or seizure): ["zz"]' in text
    with pytest.raises(ManifestError, match=r"'zz' \(unknown_word\); write clean, irregular, seizure or a usual word"):
        outcomes.read_outcomes(path, settings=proposed(text))


def test_columns_that_are_filled_after_inspections_only_are_left_out(tmp_path):
    every = pl.int_range(pl.len()) % 3 == 0
    frame = declarations.rows(days=10).with_columns(
        Fraud=pl.when(every).then("Fraud"), Room=pl.when(every).then(pl.col("Use"))
    )
    text = propose(declarations.file(tmp_path, "d.csv", frame))
    assert "#   Room: it is filled for inspected rows only (100% of them, 0% of the others)" in text
    assert "Use" in {field.source for field in proposed(text).fields}


def test_several_values_in_a_cell_are_said(tmp_path):
    frame = declarations.rows(days=10).with_columns(Papers=pl.concat_str("Use", "Tax", separator="; "))
    text = propose(declarations.file(tmp_path, "d.csv", frame))
    assert "cells have several values, such as 'A; B'" in text


def test_a_file_without_a_day_says_that_it_cannot_be_read_yet(tmp_path):
    text = propose(declarations.file(tmp_path, "d.csv", declarations.rows(days=2).drop("Day")))
    assert "cannot be read with these settings yet: d.csv:" in text


def test_the_bill_of_a_manifest_is_among_the_proposed_columns(tmp_path):
    (tmp_path / "m.csv").write_text(
        "B/L No.,Container No.,Date filed,Port of Loading,Port of Discharge,Description of Goods\n"
        "B1,MSKU1234565,2024-05-01,CNSHA,VNHPH,TILES\nB2,TCLU3093643,2024-05-01,CNSHA,VNHPH,TEA\n"
    )
    assert '"B/L No." = "bill_of_lading"' in propose(tmp_path / "m.csv")
