"""Parties of consignments that alerts name, over spellings and scripts; an address that agrees strengthens a match."""

from __future__ import annotations

import polars as pl

from riskscore.alerts import addresses, pairs, spelling
from riskscore.alerts.addresses import Address
from riskscore.alerts.compare import LEAST, Likeness, Name, compare
from riskscore.language import Language
from riskscore.parties import resolve
from riskscore.schema import KEY

ROLES = {"shipper": "shipper_address", "consignee": "consignee_address", "notify": "notify_address", "forwarder": None}
"""Party of a consignment -> column of its address."""

_WITH_ADDRESS = 0.65
"""Likeness of names that an address can make into a match."""

_AGREES, _RAISED, _DIFFERS = 0.8, 0.15, 0.03


def match(alerts: pl.DataFrame, consignments: pl.DataFrame, language: Language) -> pl.DataFrame:
    """KEY, `alert_id`, `field`, `value`, `strength`, `words` of consignments whose party an alert names."""
    listed = _listed(alerts)
    filed = of_consignments(consignments)
    likely = _alike(filed["value"].unique().sort(), listed["listed"].unique().sort())
    rows = (
        filed.join(likely.drop("likeness"), on="value")
        .join(listed, on="listed")
        .sort(*KEY, "alert_id", "strength", "listed", "field", descending=[False, False, False, True, False, False])
    )
    return _judged(rows, _by_pair(likely), language)


def of_consignments(consignments: pl.DataFrame) -> pl.DataFrame:
    """KEY, `field`, `value` (a name), `filed` (its address) of every party that is somebody."""
    parts = []
    for role, address in ROLES.items():
        name = f"{role}_name"
        if name not in consignments.columns:
            continue
        told = pl.col(address) if address and address in consignments.columns else pl.lit(None, pl.String)
        parts.append(
            consignments.select(*KEY, field=pl.lit(role), value=pl.col(name), filed=told.cast(pl.String)).filter(
                pl.col("value").is_not_null()
            )
        )
    if not parts:
        return pl.DataFrame(schema={**dict.fromkeys((*KEY, "field", "value", "filed"), pl.String)})
    every = pl.concat(parts)
    distinct = every["value"].unique()
    said = resolve.nobody(distinct)
    somebody = distinct.filter(~(said["to_order"] | said["placeholder"]).fill_null(True))
    return every.filter(pl.col("value").is_in(somebody.implode()))


def _listed(alerts: pl.DataFrame) -> pl.DataFrame:
    """`alert_id`, `listed` (each name and alias) and `known` (address) of alerts of parties."""
    some = alerts.filter(pl.col("kind") == "party")
    names = some.select("alert_id", listed="name", known="address")
    aliases = some.select("alert_id", listed="aliases", known="address").drop_nulls("listed").explode("listed")
    return pl.concat([names, aliases.select(names.columns)]).drop_nulls("listed").unique(maintain_order=True)


def _alike(ours: pl.Series, theirs: pl.Series) -> pl.DataFrame:
    """`value`, `listed`, `strength`, `likeness` (an object) of names that are alike, or nearly."""
    left, right = spelling.read(ours), spelling.read(theirs)
    worth = pairs.worth(left, right)
    ours_read = {place: Name.of(left.row(place, named=True)) for place in worth["ours"].unique()}
    theirs_read = {place: Name.of(right.row(place, named=True)) for place in worth["theirs"].unique()}
    found = [
        (ours_read[one].name, theirs_read[other].name, likeness.strength, likeness)
        for one, other in worth.iter_rows()
        if (likeness := compare(ours_read[one], theirs_read[other])).strength >= _WITH_ADDRESS
    ]
    schema = {"value": pl.String, "listed": pl.String, "strength": pl.Float64, "likeness": pl.Object}
    return pl.DataFrame(found, schema=schema, orient="row")


def _by_pair(likely: pl.DataFrame) -> dict[tuple[str, str], Likeness]:
    names = likely.select("value", "listed").iter_rows()
    return {(value, listed): like for (value, listed), like in zip(names, likely["likeness"].to_list(), strict=True)}


def _judged(rows: pl.DataFrame, likely: dict[tuple[str, str], Likeness], language: Language) -> pl.DataFrame:
    """`rows` that are strong enough, with what their addresses say, in words; each distinct pair is judged once."""
    said = _agreeing(rows)
    columns = ["value", "listed", "filed", "known"]
    judged = []
    for value, listed, filed, known in rows.select(columns).unique(maintain_order=True).iter_rows():
        likeness = likely[value, listed]
        strength, words = judge(likeness, said.get((filed, known)), language)
        if strength >= LEAST:
            judged.append((value, listed, filed, known, strength, words))
    told = pl.DataFrame(
        judged, schema={**dict.fromkeys(columns, pl.String), "strength": pl.Float64, "words": pl.String}, orient="row"
    )
    return rows.drop("strength").join(told, on=columns, how="inner", nulls_equal=True)


def judge(likeness: Likeness, agreement: float | None, language: Language) -> tuple[float, str]:
    """Strength of a likeness with what the addresses say (None: one is missing), and both in words."""
    strength, words = likeness.strength, likeness.words(language)
    if agreement is None:
        return strength, words
    if agreement >= _AGREES:
        raised = strength if likeness.barred else min(1.0, strength + _RAISED)
        return raised, words + "; " + language.say("the address agrees in number and street")
    if agreement == 0.0:
        return strength - _DIFFERS, words + "; " + language.say("the alert gives another address")
    return strength, words


def _agreeing(rows: pl.DataFrame) -> dict[tuple[str | None, str | None], float]:
    """How far the distinct pairs of addresses of `rows` agree."""
    wanted = rows.select("filed", "known").drop_nulls().unique()
    texts = pl.concat([wanted["filed"], wanted["known"]]).unique()
    read = {
        address: Address(tuple(numbers), tuple(words)) for address, numbers, words in addresses.read(texts).iter_rows()
    }
    return {(filed, known): addresses.compare(read[filed], read[known]) for filed, known in wanted.iter_rows()}
