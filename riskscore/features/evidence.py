"""Evidence: what the reasons quote, in the words that an inspector reads.

Codes become names, lists become text, long texts are cut. Only rows that are explained need it, so it is kept out
of the facts that every row gets.
"""

from __future__ import annotations

import polars as pl

from riskscore import reference
from riskscore.features.lookups import strength

GOODS_LENGTH = 70
"""Characters of a description that a sentence quotes."""

_PLACES = ("place_of_receipt", "place_of_delivery", "was_port_of_discharge", "was_place_of_delivery")
"""Codes that sentences quote under their own name."""

_ILLICIT = {
    "cigarettes": "cigarette smuggling",
    "counterfeits": "counterfeit goods",
    "waste": "illegal waste",
    "weapons": "arms trafficking",
    "precursors": "drug precursors",
}


def evidence(facts: pl.DataFrame) -> pl.DataFrame:
    """Add to `facts` (any number of rows, order kept) the names and texts that reason sentences quote."""
    ports, states = reference.ports(), reference.countries()
    place = dict(zip(ports["locode"], ports["name"] + " (" + ports["locode"] + ")", strict=True))
    country = dict(zip(states["code"], states["name"], strict=True))
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
    return facts.with_columns(
        pl.col(*_PLACES).replace(place),
        pl.col("consignee_country", "shipper_country").replace(country),
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
        cover_kind=pl.col("cover_kind").str.replace_all("_", " "),
        consignee=pl.coalesce("consignee_name", pl.lit("consignee no. ") + pl.col("consignee_id")),
        filed_to_arrival=_gap(pl.col("arrives_at") - pl.col("filed_at"), "arrival"),
        loading_to_filed=_gap(pl.col("loaded_at") - pl.col("filed_at"), "loading"),
        hs_code=pl.col("hs_codes").list.first(),
        seals=pl.col("seal_numbers").list.join(", ", ignore_nulls=True),
        illicit_kind=_illicit(),
        weight_ratio=(pl.col("gross_weight_kg").log() - pl.col("consignee_weight_mean_log")).exp(),
        version_number=pl.max_horizontal(pl.col("versions_before") + 1, pl.col("version").fill_null(1)),
    )


def _stronger(kind: str, role: str, *columns: str) -> pl.Expr:
    """The country in `columns` that is strongest as `role` of `kind` of contraband; the first one among equals."""
    strongest = pl.max_horizontal(strength(column, kind, role) for column in columns)
    return pl.coalesce(
        *(pl.when(strength(column, kind, role) == strongest).then(column) for column in columns), *columns
    )


def _gap(time: pl.Expr, event: str) -> pl.Expr:
    """How long before or after `event` something happened, `time` being what was left until then."""
    days = (time.dt.total_minutes() / (24 * 60)).round(1)
    number = pl.when(days.abs() == 1).then(pl.lit("1 day")).otherwise(_digits(days.abs()) + " days")
    side = pl.when(days > 0).then(pl.lit(f" before {event}")).otherwise(pl.lit(f" after {event}"))
    return pl.when(days == 0).then(pl.lit(f"within an hour or so of {event}")).otherwise(number + side)


def _digits(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.strip_suffix(".0")


def _short(column: str) -> pl.Expr:
    text = pl.col(column).cast(pl.String).str.replace_all(r"\s+", " ").str.strip_chars()
    cut = text.str.slice(0, GOODS_LENGTH - 3).str.strip_chars_end() + "..."
    return pl.when(text.str.len_chars() > GOODS_LENGTH).then(cut).otherwise(text)


def _illicit() -> pl.Expr:
    """Which of the other illicit trades the way from origin to destination is strongest in."""
    strengths = [strength("origin", kind, "source") * strength("destination", kind, "market") for kind in _ILLICIT]
    strongest = pl.concat_list(strengths).list.arg_max()
    return strongest.replace_strict(list(range(len(_ILLICIT))), list(_ILLICIT.values()), default=None)
