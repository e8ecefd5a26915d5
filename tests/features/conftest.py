"""One honest consignment, and a way to change it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from riskscore.features import build
from riskscore.history.past import Past
from riskscore.schema import conform

HONEST: dict[str, Any] = {
    "bill_of_lading": "BL1",
    "container_number": "CSQU3054383",
    "bill_type": "straight",
    "version": 1,
    "filed_at": datetime(2024, 3, 5, 10, tzinfo=UTC),
    "shipper_name": "Ruhrtal Maschinenbau GmbH",
    "shipper_address": "Industriestrasse 5, Hamburg",
    "shipper_country": "DE",
    "consignee_name": "Nampo Tools Co Ltd",
    "consignee_address": "12 Harbour Road, Busan",
    "consignee_country": "KR",
    "notify_name": "Nampo Tools Co Ltd",
    "forwarder_name": "Blue Quay Logistics GmbH",
    "place_of_receipt": "DEHAM",
    "port_of_loading": "DEHAM",
    "transhipment_ports": ["SGSIN"],
    "port_of_discharge": "KRPUS",
    "place_of_delivery": "KRPUS",
    "origin_country": "DE",
    "destination_country": "KR",
    "vessel_name": "BLUE HERON",
    "vessel_imo": "9074729",
    "voyage": "014E",
    "loaded_at": datetime(2024, 3, 7, tzinfo=UTC),
    "arrives_at": datetime(2024, 4, 14, tzinfo=UTC),
    "goods_description": "pumps for liquids, centrifugal",
    "hs_codes": ["841370"],
    "package_count": 40,
    "package_type": "CRT",
    "gross_weight_kg": 12_340.0,
    "volume_m3": 28.0,
    "declared_value": 180_000.0,
    "currency": "USD",
    "container_type": "22G1",
    "seal_numbers": ["HL4478120"],
    "freight_terms": "prepaid",
    "freight_charge": 1_900.0,
}


def changed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a declaration as values of a row; an empty text leaves a field empty."""
    return {name: None if value == "" else value for name, value in fields.items()}


def consignments(*changes: dict[str, Any]) -> pl.DataFrame:
    """One canonical row per set of changes to the honest consignment."""
    rows = [HONEST | {"bill_of_lading": f"BL{number}"} | change for number, change in enumerate(changes, 1)]
    return conform(pl.DataFrame(rows, infer_schema_length=None))


def weeks_apart(changes: list[dict[str, Any]]) -> pl.DataFrame:
    """One row for each set of changes, each 52 weeks after the one before, so that no row is of another's voyage."""
    moments = [name for name, value in HONEST.items() if isinstance(value, datetime)]
    shifts = [{name: HONEST[name] + timedelta(weeks=52 * number) for name in moments} for number in range(len(changes))]
    return consignments(*(shift | change for shift, change in zip(shifts, changes, strict=True)))


@pytest.fixture(scope="session")
def measure() -> Callable[..., dict[str, float | None]]:
    """Features of one changed consignment, by name. Keywords are the parts of its `Past`."""

    def measured(change: dict[str, Any], **past: pl.DataFrame | None) -> dict[str, float | None]:
        history = Past(past.get("log"), past.get("outcomes"), past.get("earlier"))
        return build.build(consignments(change), history).row(0, named=True)

    return measured
