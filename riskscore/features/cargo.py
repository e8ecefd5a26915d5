"""Cargo: weights, packages, volume and money, against what is usual for such goods and such a box."""

from __future__ import annotations

import polars as pl

from riskscore import reference
from riskscore.features.distinct import by_distinct
from riskscore.features.lookups import package_groups

_COLD_C = 12.0
"""Set points at or below this ask for a reefer."""


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Add the box's limits, whether packages are fit for the goods, and the value in USD. Row order is kept."""
    boxes = reference.container_types().select(
        "payload_kg", container_type="iso_code", box_group="group", box_m3="volume_m3"
    )
    rates = reference.currencies().select("currency", "usd")
    usual = pl.col("chapter").replace_strict(package_groups(), default=None, return_dtype=pl.String)
    fits = usual.str.contains(pl.concat_str(pl.lit(" "), "package_type", pl.lit(" ")), literal=True)
    facts = by_distinct(facts, ["chapter", "package_type"], lambda packed: packed.with_columns(package_fits=fits))
    return (
        facts.join(boxes.unique("container_type"), on="container_type", how="left", maintain_order="left")
        .join(rates.unique("currency"), on="currency", how="left", maintain_order="left")
        .with_columns(value_usd=pl.col("declared_value") * pl.col("usd"))
        .with_columns(
            price=_positive("value_usd") / _positive("gross_weight_kg"),
            package_kg=_positive("gross_weight_kg") / _positive("package_count"),
            density=_positive("gross_weight_kg") / _positive("volume_m3"),
        )
    )


def _positive(column: str) -> pl.Expr:
    return pl.when(pl.col(column) > 0).then(pl.col(column))


def _log_ratio(column: str, usual: str) -> pl.Expr:
    return (pl.col(column) / pl.col(usual)).log()


def package_weight_deviation() -> pl.Expr:
    """Weight of a package against the usual one for the goods, absolute log ratio over its usual spread."""
    return (_log_ratio("package_kg", "usual_kg_per_package") / (pl.col("usual_kg_spread") + 0.2)).abs()


def package_weight() -> pl.Expr:
    """Weight of a package in kg against the usual one for the goods, log ratio."""
    return _log_ratio("package_kg", "usual_kg_per_package")


def packages() -> pl.Expr:
    """Number of packages, log1p."""
    return pl.when(pl.col("package_count") >= 0).then(pl.col("package_count").log1p())


def load_share() -> pl.Expr:
    """Gross weight over the payload of the box: an almost empty one pays freight for air."""
    return pl.col("gross_weight_kg") / pl.col("payload_kg")


def overloaded() -> pl.Expr:
    """Gross weight is beyond the payload of the box."""
    return pl.col("gross_weight_kg") > pl.col("payload_kg") * 1.02


def density_deviation() -> pl.Expr:
    """Weight over volume against the usual stowage of the goods, absolute log ratio."""
    return _log_ratio("density", "usual_stowage_kg_m3").abs()


def volume_share() -> pl.Expr:
    """Declared volume over the volume of the box."""
    return pl.col("volume_m3") / pl.col("box_m3")


def weight_round() -> pl.Expr:
    """Gross weight is a whole multiple of 1,000 kg: estimated, not weighed."""
    return (pl.col("gross_weight_kg") % 1000 == 0) & (pl.col("gross_weight_kg") > 0)


def weight_missing() -> pl.Expr:
    """No gross weight is declared."""
    return pl.col("gross_weight_kg").is_null()


def weight_against_consignee() -> pl.Expr:
    """Gross weight against the consignee's usual, log ratio."""
    return _positive("gross_weight_kg").log() - pl.col("consignee_weight_mean_log")


def price_deviation() -> pl.Expr:
    """Declared price a kg against the usual one for the goods, log ratio over its usual spread."""
    return _log_ratio("price", "usual_usd_per_kg") / (pl.col("usual_usd_spread") + 0.3)


def price_outside_band() -> pl.Expr:
    """How far the declared price a kg lies outside twice the usual spread, either way; 0 inside it."""
    return (price_deviation().abs() - 2).clip(lower_bound=0)


def value_missing() -> pl.Expr:
    """No value is declared."""
    return pl.col("declared_value").is_null()


def freight_to_value() -> pl.Expr:
    """Freight charge over declared value."""
    return (_positive("freight_charge") / _positive("value_usd")).clip(0, 20)


def freight_to_usual_value() -> pl.Expr:
    """Freight charge over what the declared weight of such goods is usually worth."""
    worth = _positive("gross_weight_kg") * pl.col("usual_usd_per_kg")
    return (_positive("freight_charge") / worth).clip(0, 20)


def freight_collect() -> pl.Expr:
    """Freight is to be paid at the destination."""
    return pl.col("freight_terms") == "collect"


def package_type_unfit() -> pl.Expr:
    """The package type is not one that goods of this chapter travel in."""
    return ~pl.col("package_fits")


def package_type_missing() -> pl.Expr:
    """No package type is declared."""
    return pl.col("package_type").is_null()


def cold_goods_in_dry_box() -> pl.Expr:
    """Goods that need cooling in a box without a cooling unit."""
    return (pl.col("usual_reefer") > 0) & (pl.col("box_group") != "reefer")


def dry_goods_in_reefer() -> pl.Expr:
    """Goods that need no cooling in a refrigerated box."""
    return (pl.col("usual_reefer") == 0) & (pl.col("box_group") == "reefer")


def set_point_unfit() -> pl.Expr:
    """A temperature is set that the goods or the box do not go with."""
    cold = pl.col("temperature_c") <= _COLD_C
    return pl.when(pl.col("temperature_c").is_not_null()).then(
        (cold & (pl.col("usual_reefer") == 0)) | (pl.col("box_group") != "reefer")
    )
