from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from riskscore.cells.headings import manifest_synonyms, outcome_synonyms, recognise
from riskscore.errors import ManifestError, SettingsError
from riskscore.manifest.read import read, understand
from riskscore.schema import COLUMNS, OUTCOME

COMMERCIAL = [
    ("B/L no", "bill_of_lading", None),
    ("BL number", "bill_of_lading", None),
    ("BILL_OF_LADING", "bill_of_lading", None),
    ("billOfLading", "bill_of_lading", None),
    ("MBL No.", "master_bill", None),
    ("HBL", "house_bill", None),
    ("cntr no", "container_number", None),
    ("Container #", "container_number", None),
    ("POL", "port_of_loading", None),
    ("POD", "port_of_discharge", None),
    ("gross wt (kg)", "gross_weight_kg", "kg"),
    ("GrossWeightKGS", "gross_weight_kg", "kgs"),
    ("G.W. [LBS]", "gross_weight_kg", "lbs"),
    ("Weight (metric tons)", "gross_weight_kg", "metric tons"),
    ("shipper", "shipper_name", None),
    ("cnee", "consignee_name", None),
    ("notify", "notify_name", None),
    ("HS", "hs_codes", None),
    ("H.S. Code", "hs_codes", None),
    ("commodity", "goods_description", None),
    ("pkgs", "package_count", None),
    ("No. of Packages", "package_count", None),
    ("ETA", "arrives_at", None),
    ("CBM", "volume_m3", "cbm"),
    ("Measurement (cu ft)", "volume_m3", "cu ft"),
    ("Value (USD)", "declared_value", "usd"),
    ("Temp (°F)", "temperature_c", "f"),
    ("Seal No. 3", "seal_numbers", None),
    ("Marks & Numbers", "marks", None),
    ("numéro de conteneur", "container_number", None),
    ("Trọng lượng", "gross_weight_kg", None),
    ("提单号", "bill_of_lading", None),
    ("net weight", None, None),
    ("port of loading 2", None, None),
    ("", None, None),
    ("📦", None, None),
]
AMS = [
    ("master_bol_number", "master_bill"),
    ("house_bol_number", "house_bill"),
    ("vessel_name", "vessel_name"),
    ("conveyance_id", "vessel_imo"),
    ("voyage_number", "voyage"),
    ("foreign_port_of_lading", "port_of_loading"),
    ("port_of_unlading", "port_of_discharge"),
    ("place_of_receipt", "place_of_receipt"),
    ("port_of_destination", "place_of_delivery"),
    ("foreign_port_of_destination", "place_of_delivery"),
    ("estimated_arrival_date", "arrives_at"),
    ("actual_arrival_date", "arrives_at"),
    ("consignee_name", "consignee_name"),
    ("consignee_address", "consignee_address"),
    ("consignee_address_2", "consignee_address"),
    ("shipper_party_name", "shipper_name"),
    ("shipper_address", "shipper_address"),
    ("notify_party_name", "notify_name"),
    ("container_number", "container_number"),
    ("container_type", "container_type"),
    ("piece_count", "package_count"),
    ("manifest_quantity", "package_count"),
    ("manifest_unit", "package_type"),
    ("weight", "gross_weight_kg"),
    ("weight_unit", "weight_unit"),
    ("measurement", "volume_m3"),
    ("measurement_unit", "volume_unit"),
    ("description_text", "goods_description"),
    ("harmonized_number", "hs_codes"),
    ("harmonized_value", "declared_value"),
    ("seal_number_1", "seal_numbers"),
    ("marks_and_numbers", "marks"),
    ("bill_type_code", "bill_type"),
    ("carrier_code", None),
    ("vessel_country_code", None),
    ("record_status_indicator", None),
]


@pytest.mark.parametrize(("heading", "column", "unit"), COMMERCIAL)
def test_commercial_headings_are_recognised(heading: str, column: str | None, unit: str | None) -> None:
    recognised = recognise(heading, manifest_synonyms())
    assert (recognised.column, recognised.unit) == (column, unit)


@pytest.mark.parametrize(("heading", "column"), AMS)
def test_headings_of_the_ams_files_are_recognised(heading: str, column: str | None) -> None:
    assert recognise(heading, manifest_synonyms()).column == column


def test_every_canonical_name_is_recognised() -> None:
    assert {name for name in COLUMNS if recognise(name, manifest_synonyms()).column != name} == set()
    assert {name for name in OUTCOME if recognise(name, outcome_synonyms()).column != name} == set()


def test_a_column_map_has_priority(as_csv: Callable[..., Path], row: Callable[..., list[str]], tmp_path: Path) -> None:
    path = as_csv([*row(), "Elsewhere"], headings=["b", "Box", "f", "POL", "POD", "d", "w", "p", "h", "s", "c", "x"])
    toml = tmp_path / "map.toml"
    toml.write_text(
        '[columns]\nb = "bill_of_lading"\n"Box" = "container_number"\nf = "filed_at"\nd = "goods_description"\n'
        'x = "port_of_discharge"\n"POL" = "port_of_loading"\n'
    )
    manifest = read(path, columns=toml)
    assert manifest.consignments["port_of_discharge"].to_list() == ["ELSEWHERE"]
    assert {heading.source: heading.column for heading in manifest.understood.headings}["POD"] is None


def test_a_map_with_missing_headings_gives_a_note(
    as_csv: Callable[..., Path], row: Callable[..., list[str]], tmp_path: Path
) -> None:
    toml = tmp_path / "map.toml"
    toml.write_text('[columns]\n"Bux" = "container_number"\n')
    notes = read(as_csv(row()), columns=toml).understood.notes
    assert notes == ("the column map names headings that the file does not have: bux",)


MAPS = [
    ('[columns]\nBox = "container_numbr"\n', "did you mean container_number"),
    ('[columns]\nBox = "zzz"\n', "choose from"),
    ("[columns]\nBox = 3\n", r"add a table \[columns\]"),
    ("nonsense", "cannot read the column map"),
]


@pytest.mark.parametrize(("text", "message"), MAPS)
def test_a_wrong_map_is_refused(text: str, message: str, as_csv: Callable[..., Path], tmp_path: Path) -> None:
    toml = tmp_path / "map.toml"
    toml.write_text(text)
    with pytest.raises(SettingsError, match=message):
        read(as_csv(), columns=toml)


def test_a_missing_column_is_named_with_the_headings_of_the_file_and_the_nearest_one(
    as_csv: Callable[..., Path],
) -> None:
    path = as_csv(headings=["Bill of Lading", "Containr Nmbr", "Filing Date", "POL", "POD", "Goods"])
    with pytest.raises(ManifestError) as caught:
        read(path)
    message = str(caught.value)
    assert "container_number" in message
    assert "did you mean 'Containr Nmbr'" in message
    assert "found: Bill of Lading" in message
    assert "--columns MAP.toml" in message
    assert understand(path).missing == ("container_number",)


def test_an_unknown_delimiter_and_merged_headings_are_explained(
    as_csv: Callable[..., Path], row: Callable[..., list[str]], workbook: Callable[..., bytes], tmp_path: Path
) -> None:
    merged = tmp_path / "m.xlsx"
    merged.write_bytes(workbook(Sheet=[["Bill of Lading", "", "", "POL", "POD", "Goods"], row()[:6]]))
    for path, hint in ((as_csv(row(), delimiter="%"), "the delimiter must be"), (merged, "unmerge headings")):
        with pytest.raises(ManifestError, match=hint):
            read(path)
        assert hint in " ".join(understand(path).notes)
