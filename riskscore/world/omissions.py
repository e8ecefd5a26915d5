"""Omissions: which fields clerks leave empty, and how often."""

from __future__ import annotations

import numpy as np
import polars as pl

from riskscore.world.draws import Bools, blank, where
from riskscore.world.plans import Plan

MISSING = {
    "bill_type": 0.15, "shipper_name": 0.02, "shipper_country": 0.12, "consignee_name": 0.015,
    "consignee_country": 0.12, "consignee_id": 0.65, "notify_address": 0.55, "place_of_receipt": 0.45,
    "place_of_delivery": 0.35, "origin_country": 0.2, "destination_country": 0.15, "vessel_name": 0.03,
    "vessel_imo": 0.4, "voyage": 0.05, "loaded_at": 0.12, "arrives_at": 0.05, "hs_codes": 0.12, "package_count": 0.03,
    "package_type": 0.08, "gross_weight_kg": 0.015, "volume_m3": 0.3, "declared_value": 0.6, "container_type": 0.05,
    "seal_numbers": 0.08, "freight_terms": 0.12, "freight_charge": 0.68,
}  # fmt: skip
"""Share of bills without the field; orders of magnitude from public manifest data."""

_CARELESS = 2.0
"""Factor of these shares on a bill that was filled in carelessly."""


def mask(rng: np.random.Generator, plan: Plan, name: str) -> Bools:
    """Draw on which bills the field `name` is empty."""
    share = np.where(plan.few_fields, min(_CARELESS * MISSING[name], 0.95), MISSING[name])
    return where(rng, share, len(plan))


def leave_out(rng: np.random.Generator, plan: Plan, name: str, values: pl.Series) -> pl.Series:
    """Return `values` as the column `name`, null on the bills that leave it empty."""
    return blank(values, mask(rng, plan, name)).alias(name)
