"""Addresses of consignments that alerts name, whoever has them: the numbers agree, and the names of street and town."""

from __future__ import annotations

import polars as pl

from riskscore.alerts import addresses
from riskscore.alerts.addresses import Address
from riskscore.alerts.compare import LEAST
from riskscore.alerts.parties import ROLES
from riskscore.language import Language
from riskscore.schema import KEY

_MOST_PAIRS = 20_000
"""Pairs that one number with one word may bring."""


def match(alerts: pl.DataFrame, consignments: pl.DataFrame, language: Language) -> pl.DataFrame:
    """KEY, `alert_id`, `field`, `value`, `strength`, `words` of consignments with an address that an alert names."""
    listed = alerts.filter(pl.col("kind") == "address", pl.col("address").is_not_null()).select(
        "alert_id", listed="address"
    )
    parts = [
        consignments.select(*KEY, field=pl.lit(column), value=column).drop_nulls("value")
        for column in ROLES.values()
        if column is not None and column in consignments.columns
    ]
    empty = pl.DataFrame(schema=dict.fromkeys((*KEY, "field", "value"), pl.String))
    filed = pl.concat([empty, *parts])
    likely = _alike(filed["value"].unique().sort(), listed["listed"].unique().sort(), language)
    return filed.join(likely, on="value").join(listed, on="listed")


def _alike(ours: pl.Series, theirs: pl.Series, language: Language) -> pl.DataFrame:
    left, right = addresses.read(ours), addresses.read(theirs)
    keys = [_keys(left, "ours"), _keys(right, "theirs")]
    counts = [keys[0].group_by("key").len("n"), keys[1].group_by("key").len("m")]
    rare = (
        counts[0]
        .join(counts[1], on="key")
        .filter(pl.col("n").cast(pl.Int64) * pl.col("m") <= _MOST_PAIRS)
        .select("key")
    )
    pairs = keys[0].join(rare, on="key", how="semi").join(keys[1], on="key").select("ours", "theirs").unique()
    one = {place: left.row(place) for place in pairs["ours"].unique()}
    other = {place: right.row(place) for place in pairs["theirs"].unique()}
    found = []
    for ours_at, theirs_at in pairs.sort("ours", "theirs").iter_rows():
        value, *read = one[ours_at]
        listed, *known = other[theirs_at]
        strength = addresses.compare(_address(read), _address(known))
        if strength >= LEAST:
            words = language.say("the address {ours} is that of the alert, {theirs}", ours=value, theirs=listed)
            agrees = language.say("number and street agree")
            found.append((value, listed, strength, f"{words}; {agrees}"))
    schema = {"value": pl.String, "listed": pl.String, "strength": pl.Float64, "words": pl.String}
    return pl.DataFrame(found, schema=schema, orient="row")


def _address(read: list[list[str]]) -> Address:
    return Address(tuple(read[0]), tuple(read[1]))


def _keys(read: pl.DataFrame, side: str) -> pl.DataFrame:
    """`side`, and a `key` for each number with each word of an address."""
    rows = read.with_row_index(side).select(side, "numbers", word="words").explode("numbers").explode("word")
    return rows.drop_nulls().select(side, key=pl.concat_str("numbers", "word", separator=" ")).unique()
