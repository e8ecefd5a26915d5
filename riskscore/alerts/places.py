"""Match addresses with alerts, whatever the party: numbers, street and town must agree."""

from __future__ import annotations

import polars as pl

from riskscore.alerts import addresses
from riskscore.alerts.addresses import Address
from riskscore.alerts.compare import LEAST
from riskscore.alerts.parties import ROLES
from riskscore.language import Language
from riskscore.schema import KEY

_MOST_PAIRS = 20_000
"""Most pairs that one number together with one word may give."""


def match(alerts: pl.DataFrame, consignments: pl.DataFrame, language: Language) -> pl.DataFrame:
    """Match the addresses of consignments: KEY, `alert_id`, `field`, `value`, `strength`, `words`."""
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
    likely = _similar(filed["value"].unique().sort(), listed["listed"].unique().sort(), language)
    return filed.join(likely, on="value").join(listed, on="listed")


def _similar(ours: pl.Series, theirs: pl.Series, language: Language) -> pl.DataFrame:
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
    our_rows = {place: left.row(place) for place in pairs["ours"].unique()}
    their_rows = {place: right.row(place) for place in pairs["theirs"].unique()}
    similar = []
    for ours_at, theirs_at in pairs.sort("ours", "theirs").iter_rows():
        value, *our_parts = our_rows[ours_at]
        listed, *their_parts = their_rows[theirs_at]
        strength = addresses.compare(_address(our_parts), _address(their_parts))
        if strength >= LEAST:
            words = language.say("the address {ours} matches {theirs} in the alert", ours=value, theirs=listed)
            same_street = language.say("the number and street are the same")
            similar.append((value, listed, strength, f"{words}; {same_street}"))
    schema = {"value": pl.String, "listed": pl.String, "strength": pl.Float64, "words": pl.String}
    return pl.DataFrame(similar, schema=schema, orient="row")


def _address(parts: list[list[str]]) -> Address:
    return Address(tuple(parts[0]), tuple(parts[1]))


def _keys(read: pl.DataFrame, side: str) -> pl.DataFrame:
    """`side`, and one `key` for each number with each word of an address."""
    rows = read.with_row_index(side).select(side, "numbers", word="words").explode("numbers").explode("word")
    return rows.drop_nulls().select(side, key=pl.concat_str("numbers", "word", separator=" ")).unique()
