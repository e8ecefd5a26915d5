"""The canonical consignment: one container on one bill of lading. It is the row that is scored.

Every manifest is converted to these columns and types, whatever its format. Six columns are required. A missing value
in any other column is not an error: it may say something about the risk.
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
    "bill_package_count": pl.Int64,
    "bill_gross_weight_kg": pl.Float64,
    "bill_volume_m3": pl.Float64,
    "bill_declared_value": pl.Float64,
    "verified_gross_mass_kg": pl.Float64,
    "consolidated": pl.Boolean,
}
"""Canonical column -> type. `goods_items` has every goods line; the columns before it summarise them.

The columns `bill_...` are figures of the whole bill, where the filing does not say which of them belong to the
container. `verified_gross_mass_kg` is the weighed mass of container and goods (SOLAS VI/2). `consolidated` is true
where several house bills can share the container, so that `house_bill` is part of what identifies the consignment.
"""

REQUIRED = (
    "bill_of_lading",
    "container_number",
    "filed_at",
    "port_of_loading",
    "port_of_discharge",
    "goods_description",
)
"""Columns that every row needs; a row without one is refused."""

KEY = ("bill_of_lading", "container_number")
"""Columns that identify a consignment. Several versions of it may be filed."""

NOTHING = "-"
"""Value of a KEY column that a service's rows do not have."""

BILL_TYPES = ("straight", "to_order", "sea_waybill")
FREIGHT_TERMS = ("prepaid", "collect")
SELECTED_BY = ("score", "explore", "random", "intelligence", "officer")
"""Why a box was opened: the share of the slate that chose it, an alert, or an officer."""
FINDINGS = ("clean", "irregular", "seizure")

OUTCOME_REQUIRED = (*KEY, "known_at", "finding")
"""Columns that every outcome needs."""

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
"""What an inspection found, and when that became known."""


def columns(settings: Settings = NONE) -> dict[str, pl.DataType | type[pl.DataType]]:
    """The canonical columns, followed by the fields that a service reads (numbers as Float64, others as String)."""
    return COLUMNS | {field.name: pl.Float64 if field.kind == "number" else pl.String for field in settings.read}


def own(frame: pl.DataFrame | pl.LazyFrame) -> list[str]:
    """The columns of `frame` that are not canonical, which are a service's fields."""
    return [name for name in frame.collect_schema() if name not in COLUMNS]


def conform(frame: pl.DataFrame, columns: Mapping[str, pl.DataType | type[pl.DataType]] = COLUMNS) -> pl.DataFrame:
    """Bring `frame` to exactly these `columns`, their order and their types. A missing column becomes null.

    For frames that have the canonical names already, such as simulated ones or those built in Python.
    Raises polars.exceptions.InvalidOperationError if a value cannot be cast.
    """
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in columns.items()
    )
