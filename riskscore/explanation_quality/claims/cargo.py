"""Claims for features/cargo.toml: the right value of each feature; None where the case does not state it."""

from __future__ import annotations

from math import log

from riskscore.explanation_quality import tables
from riskscore.explanation_quality.case import Case
from riskscore.explanation_quality.claims.logic import (
    above,
    beyond,
    both,
    differ,
    either,
    log_plus_one,
    logarithm,
    over,
    same,
    size,
    spreads,
    times,
)
from riskscore.explanation_quality.claims.shared import Claim, is_missing


def _price(case: Case) -> float | None:
    return spreads(over(case.price, case.usual("usd_per_kg")), case.usual("usd_spread"), 0.3)


def _unfit(case: Case) -> bool | None:
    fitting = tables.packages(case.chapter) if case.chapter else set[str]()
    return None if not fitting or case["package_type"] is None else case["package_type"] not in fitting


def _set_point(case: Case) -> bool | None:
    degrees, reefer = case["temperature_c"], case.usual("reefer")
    if degrees is None:
        return None
    return either(
        both(degrees <= 12, None if reefer is None else reefer == 0), differ(case.box and case.box[0], "reefer")
    )


def _reefer(case: Case, *, goods: bool, box: bool) -> bool | None:
    wanted, kind = case.usual("reefer"), case.box and case.box[0]
    return both(None if wanted is None else (wanted > 0) == goods, None if kind is None else (kind == "reefer") == box)


def _bulk(case: Case, column: str, of: int) -> float | None:
    return None if case[column] is None or case.box is None else case[column] / case.box[of]


def _freight(case: Case, worth: float | None) -> float | None:
    ratio = over(case.positive("freight_charge"), worth)
    return None if ratio is None else min(ratio, 20.0)


VALUES: dict[str, Claim] = {
    "package_weight_deviation": lambda c: size(
        spreads(over(c.per("gross_weight_kg", "package_count"), c.usual("kg_per_package")), c.usual("kg_spread"), 0.2)
    ),
    "package_weight": lambda c: logarithm(over(c.per("gross_weight_kg", "package_count"), c.usual("kg_per_package"))),
    "packages": lambda c: log_plus_one(c["package_count"]),
    "load_share": lambda c: _bulk(c, "gross_weight_kg", 1),
    "overloaded": lambda c: above(_bulk(c, "gross_weight_kg", 1), 1.02),
    "density_deviation": lambda c: size(
        logarithm(over(c.per("gross_weight_kg", "volume_m3"), c.usual("stowage_kg_m3")))
    ),
    "volume_share": lambda c: _bulk(c, "volume_m3", 2),
    "weight_round": lambda c: (
        None if c["gross_weight_kg"] is None else c["gross_weight_kg"] > 0 and c["gross_weight_kg"] % 1000 == 0
    ),
    "weight_missing": lambda c: is_missing(c, "gross_weight_kg"),
    "weight_against_consignee": lambda c: (
        None
        if c.positive("gross_weight_kg") is None or c.past["consignee"].usual_weight() is None
        else log(c["gross_weight_kg"]) - c.past["consignee"].usual_weight()
    ),
    "price_deviation": _price,
    "price_outside_band": lambda c: beyond(_price(c), 2.0),
    "value_missing": lambda c: is_missing(c, "declared_value"),
    "freight_to_value": lambda c: _freight(c, c.value_usd),
    "freight_to_usual_value": lambda c: _freight(c, times(c.positive("gross_weight_kg"), c.usual("usd_per_kg"))),
    "freight_collect": lambda c: same(c["freight_terms"], "collect"),
    "package_type_unfit": _unfit,
    "package_type_missing": lambda c: c["package_type"] is None,
    "cold_goods_in_dry_box": lambda c: _reefer(c, goods=True, box=False),
    "dry_goods_in_reefer": lambda c: _reefer(c, goods=False, box=True),
    "set_point_unfit": _set_point,
}
