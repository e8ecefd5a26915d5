from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from riskscore.cells.not_understood import NotUnderstood
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
    ({"Weight": "1000", "Weight in KG": "453.6", "Weight Unit": "LB"}, 453.59237),
    ({"Weight": "", "Weight in KG": "453.6", "Weight Unit": "LB"}, 453.6),
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
    ({"Filed": "1889-03-25"}, "date_out_of_range", "filed_at", "1889-03-25"),
    ({"Filed": "2100-01-01"}, "date_out_of_range", "filed_at", "2100-01-01"),
    ({"Filed": "03/04/2019"}, "ambiguous_date", "filed_at", "03/04/2019"),
    ({"Filed": ""}, "required", "filed_at", None),
    ({"Bill of Lading": "7.79001E+10"}, "digits_lost", "bill_of_lading", "7.79001E+10"),
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


UNREAD = [
    ({"Weight": "-5"}, "gross_weight_kg", "1 gross weight not understood: -5"),
    ({"Weight": "heavy"}, "gross_weight_kg", "1 gross weight not understood: heavy"),
    ({"Weight": "inf"}, "gross_weight_kg", "1 gross weight not understood: inf"),
    ({"Weight": "N/A kg"}, "gross_weight_kg", "1 gross weight not understood: N/A kg"),
    ({"Weight": "5", "Weight Unit": "stones"}, "gross_weight_kg", "1 gross weight not understood: 5"),
    ({"Packages": "1.5"}, "package_count", "1 package count not understood: 1.5"),
    ({"Packages": "-1"}, "package_count", "1 package count not understood: -1"),
    ({"Temperature": "-180"}, "temperature_c", "1 temperature not understood: -180"),
    ({"ETA": "2219-04-01"}, "arrives_at", "1 arrival date not understood: 2219-04-01"),
    ({"ETA": "soon"}, "arrives_at", "1 arrival date not understood: soon"),
    ({"Value": "much"}, "declared_value", "1 declared value not understood: much"),
    ({"Currency": "gold"}, "currency", "1 currency not understood: gold"),
]


def test_dots_stand_for_examples_that_are_not_shown() -> None:
    assert NotUnderstood("port", 8, ("QWX", "QWY")).sentence() == "8 ports not understood: QWX, QWY"
    assert NotUnderstood("port", 8, tuple("QWXYZ")).sentence() == "8 ports not understood: Q, W, X, Y, Z ..."


@pytest.mark.parametrize(("cells", "column", "sentence"), UNREAD)
def test_an_optional_value_that_cannot_be_read_is_empty_and_counted(
    cells: dict[str, str], column: str, sentence: str, tmp_path: Path
) -> None:
    pl.DataFrame({name: [text] for name, text in {**BASE, **cells}.items()}).write_csv(tmp_path / "m.csv")
    manifest = read(tmp_path / "m.csv")
    assert manifest.consignments[column].to_list() == [None]
    assert [part.sentence() for part in manifest.understood.not_understood] == [sentence]
    assert (manifest.balance, manifest.quarantine.height) == (0, 0)


def test_years_of_another_calendar_are_refused_with_a_note(tmp_path: Path) -> None:
    pl.DataFrame({name: [text] for name, text in {**BASE, "Filed": "14/03/2567"}.items()}).write_csv(tmp_path / "m.csv")
    manifest = read(tmp_path / "m.csv")
    assert manifest.quarantine["rule"].to_list() == ["date_out_of_range"]
    assert "1 date such as 14/03/2567" in manifest.understood.notes[0]


def test_a_date_that_stands_in_for_the_filing_date_refuses_its_row(tmp_path: Path) -> None:
    cells = {name: text for name, text in BASE.items() if name != "Filed"}
    pl.DataFrame({name: [text] for name, text in {**cells, "ETA": "soon"}.items()}).write_csv(tmp_path / "m.csv")
    refused = read(tmp_path / "m.csv").quarantine
    assert refused.select("rule", "column", "value").rows() == [("not_a_date", "arrives_at", "soon")]


MONEY = [
    ({"Value (USD)": "EUR 1,200.50"}, (1200.5, "EUR", None)),
    ({"FOB INR": "5000", "FOB USD": "60", "Currency": "INR"}, (60.0, "USD", None)),
    ({"Value INR": "5000", "Currency": "USD"}, (5000.0, "INR", None)),
    ({"Value": "5000", "Currency": "USD", "Freight (EUR)": "70"}, (5000.0, "USD", None)),
    ({"Value": "5000", "Currency": "USD", "Freight (USD)": "70"}, (5000.0, "USD", 70.0)),
    ({"Value": "", "Currency": "USD"}, (None, "USD", None)),
]


@pytest.mark.parametrize(("cells", "amounts"), MONEY)
def test_an_amount_has_the_currency_that_is_nearest(
    cells: dict[str, str], amounts: tuple[float | None, str, float | None], tmp_path: Path
) -> None:
    result = _read(tmp_path, **cells)
    assert (result["declared_value"], result["currency"], result["freight_charge"]) == amounts


COUNTS = [
    ({"Quantity": "2,500", "Unit": "KGS"}, (None, None)),
    ({"Quantity": "1586.5", "UQC": "SQM"}, (None, None)),
    ({"Quantity": "2,500 KG"}, (None, None)),
    ({"Packages": "40", "Package Type": "MTS"}, (None, None)),
    ({"Quantity": "2,500", "Unit": "CTNS"}, (2500, None)),
    ({"Packages": "40", "Unit": "KGS"}, (40, None)),
    ({"Quantity": "40", "Package Type": "bags"}, (40, "BAG")),
]


@pytest.mark.parametrize(("cells", "packages"), COUNTS)
def test_a_quantity_in_a_unit_of_measure_is_no_count_of_packages(
    cells: dict[str, str], packages: tuple[int | None, str | None], tmp_path: Path
) -> None:
    result = _read(tmp_path, **cells)
    assert (result["package_count"], result["package_type"]) == packages


def test_the_columns_of_a_file_settle_the_decimal_sign_together(tmp_path: Path) -> None:
    german = {"Weight (kg)": "24.500", "Volume": "33,2", "Packages": "1.200"}
    result = _read(tmp_path, **german)
    assert (result["gross_weight_kg"], result["volume_m3"], result["package_count"]) == (24500.0, 33.2, 1200)
    assert _read(tmp_path, **{"Weight (kg)": "24.500", "Net Weight": "21.750,5"})["gross_weight_kg"] == 24500.0
    assert _read(tmp_path, **{"Weight (t)": "24.500", "Volume": "33.2"})["gross_weight_kg"] == 24500.0


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


COUNTS_BESIDE_UNITS = [
    ({"QTY": "24000", "QTY UOM": "KGS", "Type of Pack": "PALLET"}, None),
    ({"QTY": "24000", "QTY UOM": "", "Type of Pack": "PALLET"}, 24000),
    ({"Quantity": "24000", "Unit of Quantity": "MTR"}, None),
    ({"Quantity": "24000", "UQC": "CTN"}, 24000),
]


@pytest.mark.parametrize(("cells", "count"), COUNTS_BESIDE_UNITS)
def test_a_quantity_in_a_unit_beside_it_is_no_count_of_packages(tmp_path: Path, cells: dict, count: int | None) -> None:
    assert _read(tmp_path, **cells)["package_count"] == count


def test_freight_has_the_currency_of_its_own_column(tmp_path: Path) -> None:
    cells = {"Value": "9000", "Currency": "EUR", "Freight": "700"}
    assert _read(tmp_path, **cells, Freight__Currency="USD")["freight_charge"] is None
    row = _read(tmp_path, **cells, Freight__Currency="EUR")
    assert (row["freight_charge"], row["currency"]) == (700.0, "EUR")


def test_a_column_of_currencies_that_multiplies_is_not_understood(tmp_path: Path) -> None:
    assert _read(tmp_path, Value="1.2", Currency="MIO JPY")["currency"] is None


FILLED_IN = [("0000000", None), ("99999999-9", None), ("xxxx", None), ("0", None), ("1000000", "1000000"), ("AA", "AA")]


@pytest.mark.parametrize(("text", "number"), FILLED_IN)
def test_a_number_of_one_sign_is_nobodys(text: str, number: str | None, tmp_path: Path) -> None:
    assert _read(tmp_path, Consignee__Tax__ID=text)["consignee_id"] == number


@pytest.mark.parametrize(("unit", "degrees"), [("F", 13.333), ("C", 56.0), ("", 56.0), ("K", None)])
def test_the_unit_of_a_temperature_may_stand_beside_it(unit: str, degrees: float | None, tmp_path: Path) -> None:
    read_as = _read(tmp_path, Temperature="56", Temp__Unit=unit)["temperature_c"]
    assert read_as == (degrees if degrees is None else pytest.approx(degrees, abs=0.01))


def test_a_unit_of_weight_says_nothing_about_a_quantity_of_packages(tmp_path: Path) -> None:
    cells = {"Manifest Quantity": "18", "Manifest Unit": "Pallet", "Weight": "800", "Weight Unit": "Kilograms"}
    assert _read(tmp_path, **cells)["package_count"] == 18


def _weights(path: Path, weights: list[str], **more: str) -> tuple[list[float | None], str]:
    rows = {name: [text] * len(weights) for name, text in {**BASE, **more}.items()}
    bills = {"Bill of Lading": [f"B{number}" for number in range(len(weights))]}
    pl.DataFrame({**rows, **bills, "Gross Weight": weights}).write_csv(path / "m.csv", separator=";")
    manifest = read(path / "m.csv")
    return manifest.consignments["gross_weight_kg"].to_list(), " ".join(manifest.understood.notes)


def test_weights_that_no_container_has_show_that_dots_separate_thousands(tmp_path: Path) -> None:
    weights, notes = _weights(tmp_path, ["12.400 kg", "8.250", ""])
    assert weights == [12400.0, 8250.0, None]
    assert "dots read as separators of thousands" in notes
    assert _weights(tmp_path, ["12.400", "800.5"])[0] == [12.4, 800.5]
    assert _weights(tmp_path, ["12.400", "8.250"], **{"Weight Unit": "T"})[0] == [12400.0, 8250.0]
    assert _weights(tmp_path, ["12.400 t"])[0] == [12400.0]


DOTTED = [("12.500", "Value (EUR)", 12_500.0), ("12.500 FCFA", "Value", 12_500.0), ("12.500", "Value (KWD)", 12.5)]


@pytest.mark.parametrize(("text", "heading", "amount"), DOTTED)
def test_three_digits_after_the_dot_of_every_amount_are_thousands(
    text: str, heading: str, amount: float, tmp_path: Path
) -> None:
    assert _read(tmp_path, **{heading: text})["declared_value"] == pytest.approx(amount)


PACKAGES = [("MSKU1234565", None, None), ("STC 500 CTNS", 500, "CTN"), ("500 thùng", 500, "CTN")]


@pytest.mark.parametrize(("text", "count", "kind"), PACKAGES)
def test_a_container_number_is_no_count(text: str, count: int | None, kind: str | None, tmp_path: Path) -> None:
    read_ = _read(tmp_path, Packages=text)
    assert (read_["package_count"], read_["package_type"]) == (count, kind)


def test_a_number_of_units_is_a_count(tmp_path: Path) -> None:
    assert _read(tmp_path, **{"Number of units": "500"})["package_count"] == 500
