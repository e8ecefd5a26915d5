"""Match containers and vessels with alerts by exact number; a vessel by its name if a number is missing."""

from __future__ import annotations

import re

import polars as pl
from anyascii import anyascii

from riskscore.alerts import sounds
from riskscore.alerts.words import MARKS, filled
from riskscore.cells.codes import code
from riskscore.language import Language
from riskscore.schema import KEY

_BY_NAME = 0.85
"""Strength of a match by name alone: several vessels may have the same name."""

_EMPTY = dict.fromkeys((*KEY, "alert_id", "field", "value"), pl.String) | {"strength": pl.Float64, "words": pl.String}
_PREFIX = r"^(?:M ?V|M ?S|M ?T|S ?S|VSL|VESSEL) "


def containers(alerts: pl.DataFrame, consignments: pl.DataFrame, language: Language) -> pl.DataFrame:
    """Match container numbers: KEY, `alert_id`, `field`, `value`, `strength`, `words`."""
    listed = alerts.filter(pl.col("kind") == "container").select("alert_id", value="container_number").drop_nulls()
    filed = consignments.select(
        *KEY, value=code("container_number", consignments["container_number"].cast(pl.String)).alias("value")
    )
    words = language.say("the container number {number} is in the alert", number=MARKS[0])
    return filed.join(listed, on="value").select(
        *KEY,
        "alert_id",
        field=pl.lit("container_number"),
        value="value",
        strength=pl.lit(1.0),
        words=filled(words, pl.col("value")),
    )


def vessels(alerts: pl.DataFrame, consignments: pl.DataFrame, language: Language) -> pl.DataFrame:
    """Match vessels: columns as in `containers`."""
    if not {"vessel_imo", "vessel_name"} & set(consignments.columns):
        return pl.DataFrame(schema=_EMPTY)
    columns = [
        pl.col(name) if name in consignments.columns else pl.lit(None, pl.String).alias(name)
        for name in ("vessel_imo", "vessel_name")
    ]
    filed = consignments.select(*KEY, *columns)
    filed = filed.with_columns(_key(filed["vessel_name"]).alias("key"))
    listed = alerts.filter(pl.col("kind") == "vessel").select("alert_id", imo="vessel_imo", listed="name")
    listed = listed.with_columns(_key(listed["listed"]).alias("key"))
    by_number = filed.join(listed.drop_nulls("imo"), left_on="vessel_imo", right_on="imo")
    no_number = pl.col("vessel_imo").is_null() | pl.col("imo").is_null()
    by_name = filed.filter(pl.col("key") != "").join(listed.filter(pl.col("key") != ""), on="key").filter(no_number)
    number = language.say("the vessel's IMO number {number} is in the alert", number=MARKS[0])
    name = language.say("the vessel name {name} is in the alert (no IMO number to compare)", name=MARKS[0])
    return pl.concat(
        [
            by_number.select(
                *KEY,
                "alert_id",
                field=pl.lit("vessel_imo"),
                value="vessel_imo",
                strength=pl.lit(1.0),
                words=filled(number, pl.col("vessel_imo")),
            ),
            by_name.select(
                *KEY,
                "alert_id",
                field=pl.lit("vessel_name"),
                value="vessel_name",
                strength=pl.lit(_BY_NAME),
                words=filled(name, pl.col("vessel_name")),
            ),
        ]
    )


def _key(vessels: pl.Series) -> pl.Series:
    """Names of vessels in folded Latin letters, without M/V and spaces; '' for none."""
    distinct = vessels.drop_nulls().unique()
    keys = [_plain(name) for name in distinct]
    return vessels.replace_strict(distinct, pl.Series(keys, dtype=pl.String), default="", return_dtype=pl.String)


def _plain(name: str) -> str:
    text = re.sub(r"[^A-Z0-9]+", " ", anyascii(name).upper()).strip()
    return sounds.fold(re.sub(_PREFIX, "", text).replace(" ", "").lower())
