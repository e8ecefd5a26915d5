"""Evidence: the values that reasons quote, as an inspector reads them.

Codes become names, lists become text, long texts are cut. Only rows that are explained need this, so it is not part of
the facts of every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from riskscore import reference
from riskscore.features import ways
from riskscore.features.lookups import strength
from riskscore.language import ENGLISH, Language, mark

GOODS_LENGTH = 70
"""Most characters of a description that a sentence quotes."""

_PLACES = ("place_of_receipt", "place_of_delivery", "was_port_of_discharge", "was_place_of_delivery")
"""Columns in which codes become names under the same column name."""

_SHARES = ("origin_import_2_share", "destination_export_4_share", "destination_export_2_share")
"""Shares of these goods in the trade of a country: 0 where it has no such trade."""

_ARRIVAL = (mark("within an hour or so of arrival"), mark("{days} before arrival"), mark("{days} after arrival"))
_LOADING = (mark("within an hour or so of loading"), mark("{days} before loading"), mark("{days} after loading"))
"""Texts for a filing at an event, before it and after it."""


def evidence(facts: pl.DataFrame, language: Language = ENGLISH) -> pl.DataFrame:
    """Add to `facts` (of any number of rows) the names and texts that sentences quote. Rows keep their order."""
    ports = reference.ports()
    place = dict(zip(ports["locode"], ports["name"] + " (" + ports["locode"] + ")", strict=True))
    country = countries(language)
    place = country | place  # where only the country of a port is known, the field has its code
    source = _stronger("wildlife", "source", "origin", "loading_country")
    market = _stronger("wildlife", "market", "destination", "discharge_country", "delivery_country")
    hub_stronger = strength("discharge_country", "wildlife", "hub") > pl.max_horizontal(
        strength(column, "wildlife", "market") for column in ("destination", "discharge_country", "delivery_country")
    )
    narcotics_hub_stronger = strength("discharge_country", "narcotics", "hub") > strength(
        "destination", "narcotics", "market"
    )
    hubs = pl.col("transhipment_ports").list.eval(pl.element().replace(place)).list.join(", ", ignore_nulls=True)
    stops = pl.concat_list(
        "port_of_loading", pl.col("transhipment_ports").fill_null([]), "port_of_discharge"
    ).list.drop_nulls()
    facts = ways.crossed(facts)
    return facts.with_columns(_ends(country)).with_columns(
        pl.col(*_PLACES).replace(place),
        pl.col("consignee_country", "shipper_country").replace(country),
        pl.col(*_SHARES).fill_null(0.0),
        origin_name=pl.col("origin").replace(country),
        destination_name=pl.col("destination").replace(country),
        source_name=source.replace(country),
        market_name=market.replace(country),
        far_name=pl.when(hub_stronger).then("discharge_country").otherwise(market).replace(country),
        narcotics_name=_stronger("narcotics", "source", "origin", "loading_country").replace(country),
        narcotics_far_name=pl.when(narcotics_hub_stronger)
        .then("discharge_country")
        .otherwise("destination")
        .replace(country),
        loading_name=pl.col("port_of_loading").replace(place),
        discharge_name=pl.col("port_of_discharge").replace(place),
        hubs=hubs,
        route=stops.list.eval(pl.element().replace(place)).list.join(" - "),
        lane=pl.concat_str("port_of_loading", pl.lit("-"), "port_of_discharge"),
        goods=_short("goods_description"),
        was_goods=_short("was_goods_description"),
        cover_kind=_translated(pl.col("cover_kind").str.replace_all("_", " "), language),
        language=pl.col("language").map_elements(language.tongue, return_dtype=pl.String),
        consignee=pl.coalesce(
            "consignee_name", pl.lit(f"{language.say('consignee number')} ") + pl.col("consignee_id")
        ),
        filed_to_arrival=_gap(pl.col("arrives_at") - pl.col("filed_at"), _ARRIVAL, language),
        loading_to_filed=_gap(pl.col("loaded_at") - pl.col("filed_at"), _LOADING, language),
        hs_code=pl.col("hs_codes").list.first(),
        seals=pl.col("seal_numbers").list.join(", ", ignore_nulls=True),
        weight_ratio=(pl.col("gross_weight_kg").log() - pl.col("consignee_weight_mean_log")).exp(),
        version_number=pl.max_horizontal(pl.col("versions_before") + 1, pl.col("version").fill_null(1)),
    )


def _stronger(kind: str, role: str, *columns: str) -> pl.Expr:
    """The country in `columns` that is strongest as `role` of `kind` of contraband, the first among equals."""
    strongest = pl.max_horizontal(strength(column, kind, role) for column in columns)
    return pl.coalesce(
        *(pl.when(strength(column, kind, role) == strongest).then(column) for column in columns), *columns
    )


def _ends(names: Mapping[str, str]) -> Iterator[pl.Expr]:
    """The countries at both ends of the way that fits each kind of contraband best, as `KIND_from` and `KIND_to`."""
    for kind in ways.KINDS:
        for end, code in zip(("from", "to"), ways.ends(kind), strict=True):
            yield code.replace(names).alias(f"{kind}_{end}")


def countries(language: Language = ENGLISH) -> dict[str, str]:
    """Return the names of all countries by ISO 3166 code, in `language`."""
    states = reference.countries()
    names = states["name"] if language is ENGLISH else [language.country(code) for code in states["code"]]
    return dict(zip(states["code"], names, strict=True))


def _translated(values: pl.Expr, language: Language) -> pl.Expr:
    """Translate a column of a few distinct texts."""
    return values.map_batches(
        lambda texts: texts.replace({text: language.say(text) for text in texts.unique().drop_nulls()}),
        return_dtype=pl.String,
    )


def _gap(time: pl.Expr, phrases: tuple[str, str, str], language: Language) -> pl.Expr:
    """How long before or after an event something happened. `time` is the time left until the event."""
    days = (time.dt.total_minutes() / (24 * 60)).round(1)
    at_event, before, after = (language.say(phrase) for phrase in phrases)
    count = days.abs().map_elements(lambda number: _days(number, language), return_dtype=pl.String)
    before_or_after = pl.when(days > 0).then(_filled(before, count)).otherwise(_filled(after, count))
    return pl.when(days == 0).then(pl.lit(at_event)).otherwise(before_or_after)


def _days(number: float, language: Language) -> str:
    digits = language.digits(f"{number:,g}")
    return language.say("{n} days", n=digits) if language.plural(number) else language.say("{n} day", n=digits)


def _filled(template: str, days: pl.Expr) -> pl.Expr:
    """Fill the field {days} of `template`."""
    start, _, end = template.partition("{days}")
    return pl.concat_str(pl.lit(start), days, pl.lit(end))


def _short(column: str) -> pl.Expr:
    text = pl.col(column).cast(pl.String).str.replace_all(r"\s+", " ").str.strip_chars()
    cut = text.str.slice(0, GOODS_LENGTH - 3).str.strip_chars_end() + "..."
    return pl.when(text.str.len_chars() > GOODS_LENGTH).then(cut).otherwise(text)
