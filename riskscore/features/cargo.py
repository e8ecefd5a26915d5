"""Cargo: weights, packages, volume and money, compared with what is usual for such goods and such a container."""

from __future__ import annotations

import polars as pl

from riskscore import reference
from riskscore.features import of_bill
from riskscore.features.distinct import by_distinct
from riskscore.features.lookups import package_groups

_COLD_C = 12.0
"""Temperature set points at or below this, in degrees Celsius, need a refrigerated container."""


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Add the container's limits, whether the packages suit the goods, and the value in USD. Rows keep their order."""
    boxes = reference.container_types().select(
        "payload_kg", container_type="iso_code", box_group="group", box_m3="volume_m3"
    )
    rates = reference.currencies().select("currency", "usd")
    usual = pl.col("chapter").replace_strict(package_groups(), default=None, return_dtype=pl.String)
    fits = usual.str.contains(pl.concat_str(pl.lit(" "), "package_type", pl.lit(" ")), literal=True)
    facts = by_distinct(facts, ["chapter", "package_type"], lambda pairs: pairs.with_columns(package_fits=fits))
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
    """Weight per package against the usual for the goods, as absolute log ratio over the usual spread plus 0.2."""
    return (_log_ratio("package_kg", "usual_kg_per_package") / (pl.col("usual_kg_spread") + 0.2)).abs()


def package_weight() -> pl.Expr:
    """Weight per package against the usual for the goods, as log ratio."""
    return _log_ratio("package_kg", "usual_kg_per_package")


def packages() -> pl.Expr:
    """Number of packages, as log1p."""
    return pl.when(pl.col("package_count") >= 0).then(pl.col("package_count").log1p())


def load_share() -> pl.Expr:
    """Gross weight over the payload of the container: an almost empty one pays freight for air."""
    return pl.col("gross_weight_kg") / pl.col("payload_kg")


def overloaded() -> pl.Expr:
    """Gross weight is more than 2% above the payload of the container."""
    return pl.col("gross_weight_kg") > pl.col("payload_kg") * 1.02


def density_deviation() -> pl.Expr:
    """Weight per volume against the usual stowage density of the goods, as absolute log ratio."""
    return _log_ratio("density", "usual_stowage_kg_m3").abs()


def volume_share() -> pl.Expr:
    """Declared volume over the volume of the container."""
    return pl.col("volume_m3") / pl.col("box_m3")


def weight_round() -> pl.Expr:
    """Gross weight is a multiple of 1,000 kg: probably estimated, not weighed."""
    return (pl.col("gross_weight_kg") % 1000 == 0) & (pl.col("gross_weight_kg") > 0)


def weight_missing() -> pl.Expr:
    """No gross weight is declared, neither for the container nor for the whole bill."""
    return of_bill.unstated("gross_weight_kg")


def weight_against_consignee() -> pl.Expr:
    """Gross weight against the geometric mean of the consignee's earlier ones, as log ratio."""
    return _positive("gross_weight_kg").log() - pl.col("consignee_weight_mean_log")


def price_deviation() -> pl.Expr:
    """Declared price per kg against the usual for the goods, as log ratio over the usual spread plus 0.3."""
    return _log_ratio("price", "usual_usd_per_kg") / (pl.col("usual_usd_spread") + 0.3)


def price_outside_band() -> pl.Expr:
    """How far `price_deviation` is beyond 2 in either direction, in spreads; 0 within."""
    return (price_deviation().abs() - 2).clip(lower_bound=0)


def value_missing() -> pl.Expr:
    """No value is declared, neither for the container nor for the whole bill."""
    return of_bill.unstated("declared_value")


def freight_to_value() -> pl.Expr:
    """Freight charge over declared value, at most 20."""
    return (_positive("freight_charge") / _positive("value_usd")).clip(0, 20)


def freight_to_usual_value() -> pl.Expr:
    """Freight charge over the usual value of such goods of the declared weight, at most 20."""
    worth = _positive("gross_weight_kg") * pl.col("usual_usd_per_kg")
    return (_positive("freight_charge") / worth).clip(0, 20)


def freight_collect() -> pl.Expr:
    """Freight is payable at destination."""
    return pl.col("freight_terms") == "collect"


def package_type_unfit() -> pl.Expr:
    """The package type is not one that is used for goods of this HS chapter."""
    return ~pl.col("package_fits")


def package_type_missing() -> pl.Expr:
    """No package type is declared."""
    return pl.col("package_type").is_null()


def cold_goods_in_dry_box() -> pl.Expr:
    """Goods that need cooling are in a container without refrigeration."""
    return (pl.col("usual_reefer") > 0) & (pl.col("box_group") != "reefer")


def dry_goods_in_reefer() -> pl.Expr:
    """Goods that need no cooling are in a refrigerated container."""
    return (pl.col("usual_reefer") == 0) & (pl.col("box_group") == "reefer")


def set_point_unfit() -> pl.Expr:
    """A temperature is set that does not suit the goods or the container."""
    cold = pl.col("temperature_c") <= _COLD_C
    return pl.when(pl.col("temperature_c").is_not_null()).then(
        (cold & (pl.col("usual_reefer") == 0)) | (pl.col("box_group") != "reefer")
    )
