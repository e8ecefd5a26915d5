from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from riskscore.manifest.read import read

from .conftest import BASE


def _read(path: Path, **cells: str) -> dict[str, object]:
    named = {**BASE, **{name.replace("__", " "): text for name, text in cells.items()}}
    pl.DataFrame({name: [text] for name, text in named.items()}).write_csv(path / "m.csv")
    manifest = read(path / "m.csv")
    if manifest.quarantine.height:
        return manifest.quarantine.row(0, named=True)
    return manifest.consignments.row(0, named=True)


WEIGHTS = [
    ({"Weight": "1000"}, 1000.0),
    ({"Weight (kg)": "1,000.5"}, 1000.5),
    ({"Weight (t)": "8.25"}, 8250.0),
    ({"Weight MT": "8.25"}, 8250.0),
    ({"Gross Weight LBS": "1000"}, 453.59237),
    ({"Weight": "8.25 t"}, 8250.0),
    ({"Weight": "1000 lbs"}, 453.59237),
    ({"weight": "1000", "weight_unit": "Pounds"}, 453.59237),
    ({"weight": "1000", "weight_unit": "L"}, 453.59237),
    ({"weight": "1000", "weight_unit": "Kilograms"}, 1000.0),
    ({"weight": "1000", "weight_unit": "K"}, 1000.0),
    ({"weight": "8.25", "weight_unit": "TNE"}, 8250.0),
    ({"weight": "1000", "weight_unit": ""}, 1000.0),
    ({"Weight (lb)": "1000", "Weight Unit": "kg"}, 1000.0),
    ({"Weight (lb)": "2204.6", "Gross Weight (kg)": "1000"}, 1000.0),
]


@pytest.mark.parametrize(("cells", "kilograms"), WEIGHTS)
def test_weights_are_converted_to_kilograms(cells: dict[str, str], kilograms: float, tmp_path: Path) -> None:
    assert _read(tmp_path, **cells)["gross_weight_kg"] == pytest.approx(kilograms)


VOLUMES = [
    ({"CBM": "30"}, 30.0),
    ({"Volume (cft)": "1000"}, 28.316846592),
    ({"measurement": "30", "measurement_unit": "CM"}, 30.0),
    ({"measurement": "1000", "measurement_unit": "CF"}, 28.316846592),
]


@pytest.mark.parametrize(("cells", "metres"), VOLUMES)
def test_volumes_are_converted_to_cubic_metres(cells: dict[str, str], metres: float, tmp_path: Path) -> None:
    assert _read(tmp_path, **cells)["volume_m3"] == pytest.approx(metres)


READ = [
    ({"Container": "mscu 123456-6"}, "container_number", "MSCU1234566"),
    ({"HS Code": "3901.20.00"}, "hs_codes", ["39012000"]),
    ({"HS Code": "3901 20"}, "hs_codes", ["390120"]),
    ({"HS Code": "390120, 4403.99;0801 31|120799"}, "hs_codes", ["390120", "440399", "080131", "120799"]),
    ({"HS Code": "390120 440399"}, "hs_codes", ["390120", "440399"]),
    ({"HS Code": "80131"}, "hs_codes", ["080131"]),
    ({"HS Code": "390120.0"}, "hs_codes", ["390120"]),
    ({"HS Code": "n/a"}, "hs_codes", None),
    ({"Seal 1": "s1", "Seal 2": "S2;s1", "Seal 3": ""}, "seal_numbers", ["S1", "S2"]),
    ({"Via": "Singapore; Port Klang"}, "transhipment_ports", ["SGSIN", "MYPKG"]),
    ({"Via": "SGSIN>MYPKG"}, "transhipment_ports", ["SGSIN", "MYPKG"]),
    ({"POL": "Hamburg"}, "port_of_loading", "DEHAM"),
    ({"Origin": "Viet Nam"}, "origin_country", "VN"),
    ({"Freight Terms": "FREIGHT PREPAID"}, "freight_terms", "prepaid"),
    ({"Freight Terms": "CC"}, "freight_terms", "collect"),
    ({"Freight Terms": "on Tuesdays"}, "freight_terms", None),
    ({"BL type": "To-Order"}, "bill_type", "to_order"),
    ({"BL type": "SEA WAYBILL"}, "bill_type", "sea_waybill"),
    ({"bill_type": "sea_waybill"}, "bill_type", "sea_waybill"),
    ({"Package Type": "Cartons"}, "package_type", "CTN"),
    ({"Package Type": "amphora"}, "package_type", "AMPHORA"),
    ({"Packages": "120 bags"}, "package_type", "BAG"),
    ({"Packages": "1,200"}, "package_count", 1200),
    ({"Temp (F)": "0"}, "temperature_c", pytest.approx(-17.7777, abs=1e-3)),
    ({"Temperature": "-18 °C"}, "temperature_c", -18.0),
    ({"Value (EUR)": "1200"}, "currency", "EUR"),
    ({"Value": "1200", "Currency": "us$"}, "currency", "USD"),
    ({"IMO": "IMO 9074729"}, "vessel_imo", "9074729"),
    ({"Consignee Address": "1 QUAY", "Consignee City": "PORT CITY"}, "consignee_address", "1 QUAY, PORT CITY"),
]


@pytest.mark.parametrize(("cells", "column", "value"), READ)
def test_values_become_canonical(cells: dict[str, str], column: str, value: object, tmp_path: Path) -> None:
    assert _read(tmp_path, **cells)[column] == value


REFUSED = [
    ({"Weight": "-5"}, "negative", "gross_weight_kg", "-5"),
    ({"Weight": "heavy"}, "not_a_number", "gross_weight_kg", "heavy"),
    ({"Weight": "inf"}, "not_a_number", "gross_weight_kg", "inf"),
    ({"Weight": "5", "Weight Unit": "stones"}, "unknown_unit", "gross_weight_kg", "stones"),
    ({"Packages": "1.5"}, "not_a_whole_number", "package_count", "1.5"),
    ({"Packages": "-1"}, "negative", "package_count", "-1"),
    ({"Filed": "1889-03-25"}, "date_out_of_range", "filed_at", "1889-03-25"),
    ({"Filed": "2100-01-01"}, "date_out_of_range", "filed_at", "2100-01-01"),
    ({"Filed": "03/04/2019"}, "ambiguous_date", "filed_at", "03/04/2019"),
    ({"ETA": "soon"}, "not_a_date", "arrives_at", "soon"),
    ({"Filed": ""}, "required", "filed_at", None),
    ({"Container": " - "}, "required", "container_number", None),
    ({"Goods": " \t "}, "required", "goods_description", None),
    ({"Bill of Lading": "B" * 101}, "too_long", "bill_of_lading", "B" * 101),
]


@pytest.mark.parametrize(("cells", "rule", "column", "value"), REFUSED)
def test_a_value_that_breaks_a_rule_refuses_its_row(
    cells: dict[str, str], rule: str, column: str, value: str | None, tmp_path: Path
) -> None:
    result = _read(tmp_path, **cells)
    assert (result["line"], result["rule"], result["column"]) == (2, rule, column)
    assert str(result["value"]).startswith(str(value))


RISKS = [
    {"Container": "MSCU1234567"},
    {"Container": "DRUM 7"},
    {"POL": "ZZZZZ"},
    {"Weight": "900000"},
    {"Consignee": "TO ORDER"},
    {"HS Code": "999999"},
    {"Vessel": "", "IMO": "1"},
]


@pytest.mark.parametrize("cells", RISKS)
def test_a_sign_of_risk_refuses_no_row(cells: dict[str, str], tmp_path: Path) -> None:
    assert "rule" not in _read(tmp_path, **cells)


def test_what_is_not_understood_is_unknown_and_counted_by_kind(tmp_path: Path) -> None:
    cells = {**BASE, "POL": "GHANA", "Via": "MARSH;SGSIN", "Origin": "Atlantis", "HS Code": "see list"}
    pl.DataFrame({name: [text] for name, text in cells.items()}).write_csv(tmp_path / "m.csv")
    manifest = read(tmp_path / "m.csv")
    assert manifest.consignments["origin_country"].to_list() == [None]
    assert {part.sentence() for part in manifest.understood.not_understood} == {
        "2 ports not understood: GHANA, MARSH",
        "1 country not understood: Atlantis",
        "1 HS code not understood: see list",
    }


def test_long_texts_are_cut_with_a_note(tmp_path: Path) -> None:
    cells = {**BASE, "Goods": "X" * 9000, "Shipper": "S" * 400, "Shipper Address": "A" * 600, "Vessel": "V" * 300}
    pl.DataFrame({name: [text] for name, text in cells.items()}).write_csv(tmp_path / "m.csv")
    manifest = read(tmp_path / "m.csv")
    lengths = manifest.consignments.select(
        pl.col("goods_description", "shipper_name", "shipper_address", "vessel_name").str.len_chars()
    ).row(0)
    assert lengths == (4000, 300, 500, 200)
    assert "goods_description: 1 value cut to 4,000 characters" in manifest.understood.notes


def test_a_bill_is_the_house_bill_or_else_the_master_bill(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "master_bol_number": ["M1", "M1"],
            "house_bol_number": ["H1", None],
            "container_number": ["MSCU1234566"] * 2,
            "foreign_port_of_lading": ["Lagos"] * 2,
            "port_of_unlading": ["New York"] * 2,
            "estimated_arrival_date": ["2019-04-20"] * 2,
            "description_text": ["RESIN"] * 2,
        }
    )
    frame.write_csv(tmp_path / "m.csv")
    manifest = read(tmp_path / "m.csv")
    assert manifest.consignments.select("bill_of_lading", "house_bill").rows() == [("H1", "H1"), ("M1", None)]
    assert manifest.consignments["filed_at"].dt.date().cast(pl.String).to_list() == ["2019-04-20"] * 2
    assert "no heading for filed_at; its values come from arrives_at" in manifest.understood.notes


def test_estimated_arrival_is_filled_from_the_actual_one(tmp_path: Path) -> None:
    result = _read(tmp_path, **{"ETA": "", "Actual Arrival Date": "2019-04-20"})
    assert str(result["arrives_at"]).startswith("2019-04-20")
