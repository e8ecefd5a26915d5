"""Headings by their words, and beside others of a file. `headings.psv` lists headings and what they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskscore.cells.headings import assign, counter, manifest_synonyms, outcome_synonyms, recognise

LISTED = [
    tuple(line.rsplit("|", 1)) for line in Path(__file__).with_name("headings.psv").read_text("utf-8").splitlines()[1:]
]
UNITS = [
    ("WERT_IN_EUR", "declared_value", "eur"),
    ("USD_VALUE", "declared_value", "usd"),
    ("FOB (US$)", "declared_value", "usd"),
    ("KGS BRUTTO", "gross_weight_kg", "kgs"),
    ("Peso Bruto Lbs", "gross_weight_kg", "lbs"),
    ("毛重(KGS)", "gross_weight_kg", "kgs"),
    ("毛重 Gross Weight (KG)", "gross_weight_kg", "kg"),
    ("Volume in cubic feet", "volume_m3", "cubic feet"),
    ("FRETE_USD", "freight_charge", "usd"),
]
TOGETHER = [
    ("Buque / Viaje", "vessel_name"),
    ("HBL/MBL", "bill_of_lading"),
    ("Consignee & Notify", "consignee_name"),
    ("Description of Goods & Packages", "goods_description"),
    ("Container / Seal", "container_number"),
    ("Packages / Gross Weight", None),
    ("Port of Loading / Port of Discharge", None),
    ("Vessel / Voyage / Flag", None),
]
TWO_OF_A_COLUMN = [
    (["BL No", "Declaration No"], ["bill_of_lading", None]),
    (["Declaration No", "Reg. Date"], ["bill_of_lading", None]),
    (["Puerto Descarga", "Puerto Destino"], ["port_of_discharge", "place_of_delivery"]),
    (["Peso Bruto", "Total Weight"], ["gross_weight_kg", None]),
    (["HS Code", "HS Code 2"], ["hs_codes", None]),
    (["HS 2", "HS 4"], [None, "hs_codes"]),
    (["HS_CODE_2"], ["hs_codes"]),
    (["HS Code 1", "HS Code 2"], ["hs_codes", "hs_codes"]),
    (["FOB INR", "FOB USD"], [None, "declared_value"]),
    (["FOB INR", "CIF EUR"], ["declared_value", None]),
    (["Foreign Port", "Imp Date"], ["port_of_loading", "filed_at"]),
    (["Foreign Port", "Exp Date"], ["port_of_discharge", "filed_at"]),
]


@pytest.mark.parametrize(("heading", "column"), LISTED)
def test_headings_mean_their_column_and_near_misses_mean_none(heading: str, column: str) -> None:
    assert (recognise(heading, manifest_synonyms()).column or "ignore") == column


@pytest.mark.parametrize(("heading", "column", "unit"), UNITS)
def test_a_unit_may_stand_at_either_end(heading: str, column: str, unit: str) -> None:
    recognised = recognise(heading, manifest_synonyms())
    assert (recognised.column, recognised.unit) == (column, unit)


@pytest.mark.parametrize(("heading", "column"), TOGETHER)
def test_a_heading_of_two_columns_is_read_as_one_of_them_or_not_at_all(heading: str, column: str | None) -> None:
    assert recognise(heading, manifest_synonyms()).column == column


@pytest.mark.parametrize(("sources", "expected"), TWO_OF_A_COLUMN)
def test_headings_of_one_file_settle_what_each_other_mean(sources: list[str], expected: list[str | None]) -> None:
    assert [heading.column for heading in assign(sources, manifest_synonyms(), {})] == expected


def test_a_column_map_ignores_a_heading_whatever_is_beside_it() -> None:
    headings = assign(["HS Code 1", "HS Code 2"], manifest_synonyms(), {"hscode2": "ignore"})
    assert [heading.column for heading in headings] == ["hs_codes", None]


def test_outcomes_have_their_own_columns_only() -> None:
    columns = [
        recognise(source, outcome_synonyms()).column for source in ("Nº Contenedor", "Peso Bruto", "Puerto Carga")
    ]
    assert columns == ["container_number", None, None]


def test_rows_of_data_are_not_counted_as_headings() -> None:
    count = counter(manifest_synonyms(), {}, 2)
    assert count(["Nº BL", "Nº Contenedor", "Puerto Carga"]) == 3
    assert count(["Peso Bruto", "Bultos"]) == 2
    assert count(["ACME", "MSKU1234565", "Flete"]) == 0
