"""Match parties with alerts despite different spellings and scripts; an equal address strengthens a match."""

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
"""Least likeness of names that an equal address can raise to a match."""

_AGREES, _RAISED, _DIFFERS = 0.8, 0.15, 0.03


def match(alerts: pl.DataFrame, consignments: pl.DataFrame, language: Language) -> pl.DataFrame:
    """Match the parties of consignments: KEY, `alert_id`, `field`, `value`, `strength`, `words`."""
    listed = _listed(alerts)
    filed = named_parties(consignments)
    likely = _similar(filed["value"].unique().sort(), listed["listed"].unique().sort())
    rows = (
        filed.join(likely.drop("likeness"), on="value")
        .join(listed, on="listed")
        .sort(*KEY, "alert_id", "strength", "listed", "field", descending=[False, False, False, True, False, False])
    )
    return _matched(rows, _by_pair(likely), language)


def named_parties(consignments: pl.DataFrame) -> pl.DataFrame:
    """Return KEY, `field`, `value` (name), `filed` (address) of all parties, without placeholders such as TO ORDER."""
    parts = []
    for role, address in ROLES.items():
        name = f"{role}_name"
        if name not in consignments.columns:
            continue
        filed = pl.col(address) if address and address in consignments.columns else pl.lit(None, pl.String)
        parts.append(
            consignments.select(*KEY, field=pl.lit(role), value=pl.col(name), filed=filed.cast(pl.String)).filter(
                pl.col("value").is_not_null()
            )
        )
    if not parts:
        return pl.DataFrame(schema={**dict.fromkeys((*KEY, "field", "value", "filed"), pl.String)})
    every = pl.concat(parts)
    distinct = every["value"].unique()
    kinds = resolve.nobody(distinct)
    real_names = distinct.filter(~(kinds["to_order"] | kinds["placeholder"]).fill_null(True))
    return every.filter(pl.col("value").is_in(real_names.implode()))


def _listed(alerts: pl.DataFrame) -> pl.DataFrame:
    """`alert_id`, `listed` (each name and alias) and `listed_address` of alerts on parties."""
    on_parties = alerts.filter(pl.col("kind") == "party")
    names = on_parties.select("alert_id", listed="name", listed_address="address")
    aliases = on_parties.select("alert_id", listed="aliases", listed_address="address")
    aliases = aliases.drop_nulls("listed").explode("listed").select(names.columns)
    return pl.concat([names, aliases]).drop_nulls("listed").unique(maintain_order=True)


def _similar(ours: pl.Series, theirs: pl.Series) -> pl.DataFrame:
    """`value`, `listed`, `strength`, `likeness` (an object) of names that match, alone or with an equal address."""
    left, right = spelling.read(ours), spelling.read(theirs)
    worth = pairs.worth(left, right)
    ours_read = {place: Name.of(left.row(place, named=True)) for place in worth["ours"].unique()}
    theirs_read = {place: Name.of(right.row(place, named=True)) for place in worth["theirs"].unique()}
    similar = [
        (ours_read[one].name, theirs_read[other].name, likeness.strength, likeness)
        for one, other in worth.iter_rows()
        if (likeness := compare(ours_read[one], theirs_read[other])).strength >= _WITH_ADDRESS
    ]
    schema = {"value": pl.String, "listed": pl.String, "strength": pl.Float64, "likeness": pl.Object}
    return pl.DataFrame(similar, schema=schema, orient="row")


def _by_pair(likely: pl.DataFrame) -> dict[tuple[str, str], Likeness]:
    names = likely.select("value", "listed").iter_rows()
    likenesses = likely["likeness"].to_list()
    return {(value, listed): likeness for (value, listed), likeness in zip(names, likenesses, strict=True)}


def _matched(rows: pl.DataFrame, likely: dict[tuple[str, str], Likeness], language: Language) -> pl.DataFrame:
    """Keep the `rows` that match, with `strength` and `words`; each distinct pair is compared once."""
    agreements = _address_agreement(rows)
    columns = ["value", "listed", "filed", "listed_address"]
    matched = []
    for value, listed, filed, listed_address in rows.select(columns).unique(maintain_order=True).iter_rows():
        likeness = likely[value, listed]
        strength, words = with_address(likeness, agreements.get((filed, listed_address)), language)
        if strength >= LEAST:
            matched.append((value, listed, filed, listed_address, strength, words))
    schema = {**dict.fromkeys(columns, pl.String), "strength": pl.Float64, "words": pl.String}
    strengths = pl.DataFrame(matched, schema=schema, orient="row")
    return rows.drop("strength").join(strengths, on=columns, how="inner", nulls_equal=True)


def with_address(likeness: Likeness, agreement: float | None, language: Language) -> tuple[float, str]:
    """Combine the likeness of names with the agreement of addresses (None if one is missing): strength and words."""
    strength, words = likeness.strength, likeness.words(language)
    if agreement is None:
        return strength, words
    if agreement >= _AGREES:
        raised = strength if likeness.barred else min(1.0, strength + _RAISED)
        return raised, words + "; " + language.say("the address matches in number and street")
    if agreement == 0.0:
        return strength - _DIFFERS, words + "; " + language.say("the alert gives a different address")
    return strength, words


def _address_agreement(rows: pl.DataFrame) -> dict[tuple[str | None, str | None], float]:
    """Agreement of each distinct pair of addresses in `rows`."""
    wanted = rows.select("filed", "listed_address").drop_nulls().unique()
    texts = pl.concat([wanted["filed"], wanted["listed_address"]]).unique()
    read = {
        address: Address(tuple(numbers), tuple(words)) for address, numbers, words in addresses.read(texts).iter_rows()
    }
    return {(filed, listed): addresses.compare(read[filed], read[listed]) for filed, listed in wanted.iter_rows()}
