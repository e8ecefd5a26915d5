"""The two samples that are about form: headings of the public US AMS files, and rows that break rules."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl

from riskscore import reference

POUNDS = 2.20462262

AMS_PACKAGES = {"BAG": "BAG", "CTN": "CTN", "PLT": "PLT", "DRM": "DRM", "PCS": "PCS", "ROL": "ROL"}
"""Plain package code -> manifest unit of the AMS files; others are PKG."""


def ams(ship: pl.DataFrame, path: Path) -> None:
    """Write `ship` to `path` under the headings of the public US AMS files: names of ports, pounds beside kilograms."""
    ports = reference.ports()
    name = dict(zip(ports["locode"], ports["name"] + ", " + ports["country"], strict=True))
    odd = pl.int_range(pl.len()) % 3 == 0
    kg = pl.col("gross_weight_kg")
    ship.select(
        identifier=pl.format("2019070{}", pl.int_range(10_000, 10_000 + pl.len())),
        trade_update_date=pl.col("filed_at").dt.strftime("%Y-%m-%d %H:%M:%S"),
        master_bol_number="bill_of_lading",
        house_bol_number="house_bill",
        vessel_name="vessel_name",
        conveyance_id="vessel_imo",
        foreign_port_of_lading=pl.col("port_of_loading").replace(name),
        port_of_unlading=pl.col("port_of_discharge").replace(name),
        place_of_receipt=pl.col("place_of_receipt").replace(name),
        estimated_arrival_date=pl.col("arrives_at").dt.strftime("%Y-%m-%d"),
        consignee_name="consignee_name",
        consignee_address="consignee_address",
        shipper_party_name="shipper_name",
        shipper_address="shipper_address",
        notify_party_name="notify_name",
        container_number="container_number",
        container_type="container_type",
        piece_count="package_count",
        manifest_unit=pl.col("package_type").replace_strict(AMS_PACKAGES, default="PKG"),
        weight=pl.when(odd).then((kg * POUNDS).round(0)).otherwise(kg.round(0)).cast(pl.Int64),
        weight_unit=pl.when(odd).then(pl.lit("Pounds")).otherwise(pl.lit("Kilograms")),
        description_text="goods_description",
        harmonized_number=pl.col("hs_codes").list.first(),
        harmonized_value=pl.col("declared_value").round(0).cast(pl.Int64),
        seal_number_1=pl.col("seal_numbers").list.first(),
    ).write_csv(path)


BROKEN: tuple[tuple[str, dict[str, str]], ...] = (
    ("required", {"bill_of_lading": ""}),
    ("required", {"container_number": "  "}),
    ("required", {"filed_at": ""}),
    ("required", {"port_of_loading": ""}),
    ("required", {"goods_description": ""}),
    ("too_long", {"bill_of_lading": "B" * 150}),
    ("not_a_date", {"filed_at": "the day before yesterday"}),
    ("not_a_date", {"arrives_at": "2019-02-30"}),
    ("ambiguous_date", {"loaded_at": "03/04/2019"}),
    ("date_out_of_range", {"filed_at": "1019-03-19"}),
    ("not_a_number", {"gross_weight_kg": "about twenty tonnes"}),
    ("negative", {"gross_weight_kg": "-250"}),
    ("negative", {"package_count": "-1"}),
    ("too_large", {"volume_m3": "1e300"}),
    ("not_a_whole_number", {"package_count": "12.5"}),
    ("unknown_unit", {"gross_weight_kg": "300 barrels"}),
)
"""Rule that a row breaks, and what stands in it instead."""


def dirty(ship: pl.DataFrame, path: Path) -> None:
    """Write good rows of `ship` to `path`, and among them one that breaks each rule, a copy and a torn line."""
    rows = ship.rows(named=True)
    columns = ship.columns
    good = [[_cell(row[column]) for column in columns] for row in rows[:12]]
    bad = [
        [broken.get(column, _cell(row[column])) for column in columns]
        for (_, broken), row in zip(BROKEN, rows[-len(BROKEN) :], strict=True)
    ]
    torn = [*good[4], "one", "cell", "too many"]
    harmless = dict(zip(columns, good[0], strict=True)) | {
        "bill_of_lading": "HARMLESS01",
        "consignee_name": '=HYPERLINK("example")',
        "goods_description": "\U0001f34c\U0001f34c \x07 bananas \x1b[31m" + "x" * 5_000,
        "container_number": "BANANAS 44",
    }
    lines = [good[0], good[0], *good[1:6], *bad, torn, list(harmless.values()), *good[6:]]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([columns, *lines])


def _cell(value: object) -> str:
    return "" if value is None else str(value)
