"""Documents: what is missing, what was changed between versions, and when the bill was filed."""

from __future__ import annotations

import polars as pl

from riskscore import reference
from riskscore.features import text
from riskscore.features.distinct import AT, beside, by_distinct, distinct
from riskscore.schema import KEY

OPTIONAL = (
    "shipper_name", "shipper_address", "consignee_name", "consignee_address", "notify_name", "origin_country",
    "destination_country", "vessel_name", "voyage", "loaded_at", "arrives_at", "hs_codes", "package_count",
    "package_type", "gross_weight_kg", "volume_m3", "declared_value", "container_type", "seal_numbers",
    "freight_terms",
)  # fmt: skip
"""Columns that a complete manifest has; how many are missing is a feature."""

HOLIDAY_DAYS = 3


def prepare(facts: pl.DataFrame, earlier: pl.DataFrame | None) -> pl.DataFrame:
    """Add what the version before said, and the days to the destination's next holiday. Row order is kept."""
    return _vessels(_holidays(_marks(_rewritten(_versions(facts, earlier)))))


_COMPARED = (
    "consignee_key", "port_of_discharge", "place_of_delivery", "gross_weight_kg", "goods_description",
    "destination_country",
)  # fmt: skip


def _versions(facts: pl.DataFrame, earlier: pl.DataFrame | None) -> pl.DataFrame:
    """Join the last earlier version of the same consignment, and how many there were."""
    if earlier is None or earlier.is_empty():
        return facts.with_columns(
            pl.lit(0, pl.Int64).alias("versions_before"),
            *(pl.lit(None, facts.schema[column]).alias(f"was_{column}") for column in _COMPARED),
        )
    mine = facts.select(*KEY, "filed_at", "version", "row")
    past = (
        earlier.select(
            *KEY,
            *(pl.col(column).alias(f"was_{column}") for column in _COMPARED),
            was_filed="filed_at",
            was_version="version",
        )
        .join(mine, on=list(KEY), maintain_order="left")
        .filter(
            (pl.col("was_filed") < pl.col("filed_at"))
            | ((pl.col("was_filed") == pl.col("filed_at")) & (pl.col("was_version") < pl.col("version")))
        )
        .sort("row", "was_filed", "was_version", maintain_order=True)
        .group_by("row", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("versions_before"),
            *(pl.col(f"was_{column}").last() for column in _COMPARED),
        )
    )
    return facts.join(past, on="row", how="left", maintain_order="left").with_columns(
        pl.col("versions_before").fill_null(0)
    )


def _rewritten(facts: pl.DataFrame) -> pl.DataFrame:
    """Add whether the version before described the goods in other words; only rows that have one are read."""
    before = facts["was_goods_description"].is_not_null().arg_true()
    changed = facts[["was_goods_description", "goods_description"]][before].select(
        text.wording("was_goods_description") != text.wording("goods_description")
    )
    nothing = pl.Series("goods_rewritten", [None], dtype=pl.Boolean).new_from_index(0, facts.height)
    return facts.with_columns(nothing.scatter(before, changed.to_series()) if before.len() else nothing)


def _vessels(facts: pl.DataFrame) -> pl.DataFrame:
    """Add whether the vessel's IMO number fails its check digit; each distinct number is read once."""
    imo = pl.col("vessel_imo").str.extract(r"(\d{7})")
    total = pl.sum_horizontal(imo.str.slice(i, 1).cast(pl.Int64, strict=False) * (7 - i) for i in range(6))
    digit = imo.str.slice(6, 1).cast(pl.Int64, strict=False)
    wrong = pl.when(pl.col("vessel_imo").is_not_null()).then((total % 10 != digit).fill_null(True))
    return by_distinct(facts, ["vessel_imo"], lambda numbers: numbers.with_columns(vessel_number_wrong=wrong))


def _marks(facts: pl.DataFrame) -> pl.DataFrame:
    """Join the chapter that the words in marks and numbers speak of."""
    said, _ = text.read(distinct(facts, ["marks"]), "marks")
    return beside(facts, ["marks"], said.select(AT, marks_chapter="chapter_best", marks_affinity="affinity_best"))


def _holidays(facts: pl.DataFrame) -> pl.DataFrame:
    """Join the days from arrival to the next holiday of the country of discharge."""
    coming = reference.holidays().select(discharge_country="country", holiday="date").sort("holiday")
    arrivals = (
        facts.select("discharge_country", arrival=pl.col("arrives_at").dt.date()).drop_nulls().unique().sort("arrival")
    )
    near = arrivals.join_asof(
        coming,
        left_on="arrival",
        right_on="holiday",
        by="discharge_country",
        strategy="forward",
        check_sortedness=False,  # both are sorted above; polars cannot see it within groups
    ).select("discharge_country", "arrival", days_to_holiday=(pl.col("holiday") - pl.col("arrival")).dt.total_days())
    return (
        facts.with_columns(arrival=pl.col("arrives_at").dt.date())
        .join(near, on=["discharge_country", "arrival"], how="left", maintain_order="left")
        .drop("arrival")
    )


def versions_before() -> pl.Expr:
    """Earlier versions of this consignment."""
    return pl.max_horizontal(pl.col("versions_before"), pl.col("version").fill_null(1) - 1)


def consignee_switched() -> pl.Expr:
    """The version before named another consignee."""
    return pl.col("was_consignee_key") != pl.col("consignee_key")


def discharge_changed() -> pl.Expr:
    """The version before named another port of discharge or country of destination."""
    return (pl.col("was_port_of_discharge") != pl.col("port_of_discharge")) | (
        pl.col("was_destination_country") != pl.col("destination_country")
    ).fill_null(False)


def delivery_changed() -> pl.Expr:
    """The version before named another place of delivery."""
    return pl.col("was_place_of_delivery") != pl.col("place_of_delivery")


def weight_changed() -> pl.Expr:
    """Gross weight against that of the version before, absolute log ratio."""
    return (pl.col("gross_weight_kg") / pl.col("was_gross_weight_kg")).log().abs()


def goods_rewritten() -> pl.Expr:
    """The version before described the goods in other words."""
    return pl.col("goods_rewritten")


def changed_after_loading() -> pl.Expr:
    """This version was filed after the box was loaded, and is not the first."""
    return (pl.col("filed_at") > pl.col("loaded_at")) & (pl.col("versions_before") > 0)


def fields_missing() -> pl.Expr:
    """How many of the usual fields of a complete manifest are empty."""
    return pl.sum_horizontal(pl.col(column).is_null().cast(pl.Int64) for column in OPTIONAL)


def filed_before_arrival() -> pl.Expr:
    """Days from filing to arrival."""
    return (pl.col("arrives_at") - pl.col("filed_at")).dt.total_hours() / 24


def filed_after_loading() -> pl.Expr:
    """Days from loading to filing; negative where the bill was filed before."""
    return (pl.col("filed_at") - pl.col("loaded_at")).dt.total_hours() / 24


def arrival_before_holiday() -> pl.Expr:
    """The box arrives within three days before a holiday of the country of discharge."""
    return pl.col("days_to_holiday").is_between(0, HOLIDAY_DAYS)


def marks_name_other_goods() -> pl.Expr:
    """The words in marks and numbers speak of another chapter than the declared one."""
    return (pl.col("marks_chapter") != pl.col("chapter")) & (pl.col("marks_affinity") > 0.6)


def vessel_missing() -> pl.Expr:
    """No vessel is named."""
    return pl.col("vessel_name").is_null()


def vessel_number_wrong() -> pl.Expr:
    """The IMO number of the vessel fails its check digit."""
    return pl.col("vessel_number_wrong")


def voyage_missing() -> pl.Expr:
    """No voyage number is stated."""
    return pl.col("voyage").is_null()


def house_bill_given() -> pl.Expr:
    """A forwarder's house bill stands behind the carrier's: the parties of the carrier's bill are agents."""
    return pl.col("house_bill").is_not_null()
