"""Documents: what is missing, what changed between versions, and when the bill was filed."""

from __future__ import annotations

from functools import cache

import polars as pl

from riskscore import reference
from riskscore.features import of_bill, text
from riskscore.features.distinct import HASH, by_distinct, distinct, join_by_hash
from riskscore.reference import known_place, tables
from riskscore.schema import KEY

OPTIONAL = (
    "shipper_name", "shipper_address", "consignee_name", "consignee_address", "notify_name", "origin_country",
    "destination_country", "vessel_name", "voyage", "loaded_at", "arrives_at", "hs_codes", "package_count",
    "package_type", "gross_weight_kg", "volume_m3", "declared_value", "container_type", "seal_numbers",
    "freight_terms",
)  # fmt: skip
"""Columns that a complete manifest fills. The number of empty ones is a feature."""

HOLIDAY_DAYS = 3
"""An arrival is near a holiday when it is at most this many days before it."""


def prepare(facts: pl.DataFrame, earlier: pl.DataFrame | None) -> pl.DataFrame:
    """Add the previous version's values, what marks and IMO number say, and the days to the next holiday.

    `earlier` are superseded versions of any consignments (canonical columns and party ids). Rows keep their order.
    """
    return _check_vessels(_holidays(_marks(_rewritten(_versions(facts, earlier)))))


_COMPARED = (
    "consignee_key", "port_of_discharge", "place_of_delivery", "gross_weight_kg", "goods_description",
    "destination_country",
)  # fmt: skip
"""Columns that are compared with the previous version."""


def _versions(facts: pl.DataFrame, earlier: pl.DataFrame | None) -> pl.DataFrame:
    """Add the values of the previous version of the same consignment as `was_...`, and count the earlier versions."""
    if earlier is None or earlier.is_empty():
        return facts.with_columns(
            pl.lit(0, pl.Int64).alias("versions_before"),
            *(pl.lit(None, facts.schema[column]).alias(f"was_{column}") for column in _COMPARED),
        )
    current = facts.select(*KEY, "filed_at", "version", "row")
    previous = (
        earlier.select(
            *KEY,
            *(pl.col(column).alias(f"was_{column}") for column in _COMPARED),
            was_filed="filed_at",
            was_version="version",
        )
        .join(current, on=list(KEY), maintain_order="left")
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
    return facts.join(previous, on="row", how="left", maintain_order="left").with_columns(
        pl.col("versions_before").fill_null(0)
    )


def _rewritten(facts: pl.DataFrame) -> pl.DataFrame:
    """Add whether the previous version described the goods in other words. Only rows that have one are read."""
    amended = facts["was_goods_description"].is_not_null().arg_true()
    changed = facts[["was_goods_description", "goods_description"]][amended].select(
        text.wording("was_goods_description") != text.wording("goods_description")
    )
    unknown = pl.Series("goods_rewritten", [None], dtype=pl.Boolean).new_from_index(0, facts.height)
    return facts.with_columns(unknown.scatter(amended, changed.to_series()) if amended.len() else unknown)


def _check_vessels(facts: pl.DataFrame) -> pl.DataFrame:
    """Add whether the vessel's IMO number fails its check digit. Each distinct number is checked once."""
    imo = pl.col("vessel_imo").str.extract(r"(\d{7})")
    total = pl.sum_horizontal(imo.str.slice(i, 1).cast(pl.Int64, strict=False) * (7 - i) for i in range(6))
    digit = imo.str.slice(6, 1).cast(pl.Int64, strict=False)
    wrong = pl.when(pl.col("vessel_imo").is_not_null()).then((total % 10 != digit).fill_null(True))
    return by_distinct(facts, ["vessel_imo"], lambda numbers: numbers.with_columns(vessel_number_wrong=wrong))


def _marks(facts: pl.DataFrame) -> pl.DataFrame:
    """Add the HS chapter that the words in marks and numbers point to; names of countries and ports are no goods."""
    unplaced = distinct(facts, ["marks"]).with_columns(
        marks=text.wording(text.first_line("marks")).str.replace_all(_place_names(), " ")
    )
    marks, _ = text.read(unplaced, "marks")
    chapters = marks.select(HASH, marks_chapter="chapter_best", marks_affinity="affinity_best")
    return join_by_hash(facts, ["marks"], chapters)


def _holidays(facts: pl.DataFrame) -> pl.DataFrame:
    """Add the days from arrival to the next holiday in the country of discharge."""
    holidays = reference.holidays().select(discharge_country="country", holiday="date").sort("holiday")
    arrivals = (
        facts.select("discharge_country", arrival=pl.col("arrives_at").dt.date()).drop_nulls().unique().sort("arrival")
    )
    next_holiday = arrivals.join_asof(
        holidays,
        left_on="arrival",
        right_on="holiday",
        by="discharge_country",
        strategy="forward",
        check_sortedness=False,  # both are sorted above, but Polars cannot see that within groups
    ).select("discharge_country", "arrival", days_to_holiday=(pl.col("holiday") - pl.col("arrival")).dt.total_days())
    return (
        facts.with_columns(arrival=pl.col("arrives_at").dt.date())
        .join(next_holiday, on=["discharge_country", "arrival"], how="left", maintain_order="left")
        .drop("arrival")
    )


def versions_before() -> pl.Expr:
    """Number of earlier versions of this consignment."""
    return pl.max_horizontal(pl.col("versions_before"), pl.col("version").fill_null(1) - 1)


def consignee_switched() -> pl.Expr:
    """The previous version named another consignee."""
    return pl.col("was_consignee_key") != pl.col("consignee_key")


def discharge_changed() -> pl.Expr:
    """The previous version named another port of discharge or another country of destination."""
    return (known_place("was_port_of_discharge") != known_place("port_of_discharge")) | (
        pl.col("was_destination_country") != pl.col("destination_country")
    ).fill_null(False)


def delivery_changed() -> pl.Expr:
    """The previous version named another place of delivery."""
    return known_place("was_place_of_delivery") != known_place("place_of_delivery")


def weight_changed() -> pl.Expr:
    """Gross weight against that of the previous version, as absolute log ratio."""
    return (pl.col("gross_weight_kg") / pl.col("was_gross_weight_kg")).log().abs()


def goods_rewritten() -> pl.Expr:
    """The previous version described the goods in other words."""
    return pl.col("goods_rewritten")


def changed_after_loading() -> pl.Expr:
    """This version was filed after the container was loaded, and is not the first version."""
    return (pl.col("filed_at") > pl.col("loaded_at")) & (pl.col("versions_before") > 0)


def fields_missing() -> pl.Expr:
    """Number of fields of a complete manifest (OPTIONAL) that are empty; a figure of the whole bill fills its field."""
    return pl.sum_horizontal(of_bill.unstated(column).cast(pl.Int64) for column in OPTIONAL)


def filed_before_arrival() -> pl.Expr:
    """Days from filing to arrival, in complete hours; negative where the bill was filed after arrival."""
    return (pl.col("arrives_at") - pl.col("filed_at")).dt.total_hours() / 24


def filed_after_loading() -> pl.Expr:
    """Days from loading to filing, in complete hours; negative where the bill was filed before loading."""
    return (pl.col("filed_at") - pl.col("loaded_at")).dt.total_hours() / 24


def arrival_before_holiday() -> pl.Expr:
    """The container arrives on a holiday in the country of discharge, or at most three days before one."""
    return pl.col("days_to_holiday").is_between(0, HOLIDAY_DAYS)


@cache
def _place_names() -> str:
    """A pattern for the names of countries and major ports in a wording: MANILA is no hemp, CHINA no porcelain."""
    ports = reference.ports().join(reference.ports_major(), on="locode", how="semi")
    lands = (reference.countries()["name"], tables.load("country_names")["name"])
    names = pl.concat([*lands, ports["name"].str.replace(r"\s*\(.*\)$", "")])
    words = names.to_frame("name").select(text.wording("name").unique()).to_series()
    longest_first = sorted(words.filter(words.str.len_chars() >= text.MIN_LETTERS), key=lambda name: (-len(name), name))
    return rf"\b(?:{'|'.join(longest_first)})\b"


def marks_name_other_goods() -> pl.Expr:
    """The words in marks and numbers point clearly to another HS chapter than that of the goods."""
    return (pl.col("marks_chapter") != pl.col("chapter")) & (pl.col("marks_affinity") > 0.6)


def vessel_missing() -> pl.Expr:
    """No vessel name is stated."""
    return pl.col("vessel_name").is_null()


def vessel_number_wrong() -> pl.Expr:
    """The vessel's IMO number fails its check digit."""
    return pl.col("vessel_number_wrong")


def voyage_missing() -> pl.Expr:
    """No voyage number is stated."""
    return pl.col("voyage").is_null()


def house_bill_given() -> pl.Expr:
    """There is a forwarder's house bill, so the parties on the carrier's bill are agents."""
    return pl.col("house_bill").is_not_null()
