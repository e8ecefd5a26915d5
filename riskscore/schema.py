"""The canonical consignment: one container on one bill of lading, the row that is scored.

Every reader ends in these columns and types, whatever the file looked like. Only six must be there; a missing
value in any other is information of its own, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from riskscore.settings import NONE, Settings

UTC = pl.Datetime("us", "UTC")
TEXTS = pl.List(pl.String)

ITEM = pl.Struct(
    {
        "goods_description": pl.String,
        "hs_code": pl.String,
        "package_count": pl.Int64,
        "package_type": pl.String,
        "gross_weight_kg": pl.Float64,
        "volume_m3": pl.Float64,
        "declared_value": pl.Float64,
        "marks": pl.String,
    }
)
"""One goods line of a consignment, as filed."""

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "bill_of_lading": pl.String,
    "container_number": pl.String,
    "house_bill": pl.String,
    "bill_type": pl.String,
    "version": pl.Int64,
    "filed_at": UTC,
    "shipper_name": pl.String,
    "shipper_address": pl.String,
    "shipper_country": pl.String,
    "consignee_name": pl.String,
    "consignee_address": pl.String,
    "consignee_country": pl.String,
    "consignee_id": pl.String,
    "notify_name": pl.String,
    "notify_address": pl.String,
    "forwarder_name": pl.String,
    "place_of_receipt": pl.String,
    "port_of_loading": pl.String,
    "transhipment_ports": TEXTS,
    "port_of_discharge": pl.String,
    "place_of_delivery": pl.String,
    "origin_country": pl.String,
    "destination_country": pl.String,
    "vessel_name": pl.String,
    "vessel_imo": pl.String,
    "voyage": pl.String,
    "loaded_at": UTC,
    "arrives_at": UTC,
    "goods_description": pl.String,
    "hs_codes": TEXTS,
    "package_count": pl.Int64,
    "package_type": pl.String,
    "gross_weight_kg": pl.Float64,
    "volume_m3": pl.Float64,
    "declared_value": pl.Float64,
    "currency": pl.String,
    "marks": pl.String,
    "container_type": pl.String,
    "seal_numbers": TEXTS,
    "temperature_c": pl.Float64,
    "freight_terms": pl.String,
    "freight_charge": pl.Float64,
    "goods_items": pl.List(ITEM),
}
"""Canonical column -> type. `goods_items` keeps every goods line; the columns above it summarise them."""

REQUIRED = (
    "bill_of_lading",
    "container_number",
    "filed_at",
    "port_of_loading",
    "port_of_discharge",
    "goods_description",
)
"""Columns without which a row is refused."""

KEY = ("bill_of_lading", "container_number")
"""What names a consignment; several versions of it may be filed."""

NOTHING = "-"
"""Stands in KEY where a service's rows lack that column."""

BILL_TYPES = ("straight", "to_order", "sea_waybill")
FREIGHT_TERMS = ("prepaid", "collect")
SELECTED_BY = ("score", "explore", "random", "intelligence", "officer")
"""Why a box was opened: by a share of its slate, on a tip, or because an officer asked."""
FINDINGS = ("clean", "irregular", "seizure")

OUTCOME_REQUIRED = (*KEY, "known_at", "finding")
"""Columns without which an outcome says nothing."""

OUTCOME: dict[str, pl.DataType | type[pl.DataType]] = {
    "bill_of_lading": pl.String,
    "container_number": pl.String,
    "inspected_at": UTC,
    "known_at": UTC,
    "selected_by": pl.String,
    "finding": pl.String,
    "commodity": pl.String,
    "quantity_kg": pl.Float64,
    "note": pl.String,
}
"""What an inspection found, and the moment when that became known."""


def columns(settings: Settings = NONE) -> dict[str, pl.DataType | type[pl.DataType]]:
    """The canonical columns, and behind them the own fields that a service reads: numbers, else texts."""
    return COLUMNS | {one.name: pl.Float64 if one.kind == "number" else pl.String for one in settings.read}


def own(frame: pl.DataFrame | pl.LazyFrame) -> list[str]:
    """The columns of `frame` that are not canonical: own fields of a service."""
    return [name for name in frame.collect_schema() if name not in COLUMNS]


def conform(frame: pl.DataFrame, columns: Mapping[str, pl.DataType | type[pl.DataType]] = COLUMNS) -> pl.DataFrame:
    """Bring `frame` to exactly the canonical columns (or OUTCOME), order and types; what is missing is null.

    Meant for frames that already speak canonical names (simulated ones, or built in Python).
    Raises polars.exceptions.InvalidOperationError where a value cannot be cast.
    """
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in columns.items()
    )
