"""Match routes with alerts: a port or country of origin, one of destination, and perhaps certain goods."""

from __future__ import annotations

import polars as pl

from riskscore import schema
from riskscore.alerts.words import MARKS, filled
from riskscore.language import Language
from riskscore.schema import KEY

STRENGTH, WITH_GOODS = 0.5, 0.7
"""Strength of a match by route alone, which fits many boxes, and by route and goods, which fits fewer."""

_ANY = "*"
_NEEDED = (
    *("port_of_loading", "place_of_receipt", "origin_country"),
    *("port_of_discharge", "place_of_delivery", "destination_country"),
    *("hs_codes", "goods_description"),
)


def match(alerts: pl.DataFrame, consignments: pl.DataFrame, language: Language) -> pl.DataFrame:
    """Match the routes of consignments: KEY, `alert_id`, `field`, `value`, `strength`, `words`."""
    routes = alerts.filter(pl.col("kind") == "route").select("alert_id", "origin", "destination", "goods")
    columns = {name: schema.COLUMNS[name] for name in (*KEY, *_NEEDED)}
    filed = schema.conform(consignments, columns)
    origins = _ends(filed, _NEEDED[:3], "origin")
    destinations = _ends(filed, _NEEDED[3:6], "destination")
    listed = routes.with_columns(pl.col("origin", "destination").fill_null(_ANY))
    ends = listed.select("origin", "destination").unique()
    # Keep only the ends that some alert names.
    origins = origins.join(ends.select("origin").unique(), on="origin", how="semi")
    destinations = destinations.join(ends.select("destination").unique(), on="destination", how="semi")
    on_route = (
        origins.join(destinations, on=KEY)
        .join(listed, on=["origin", "destination"])
        .unique([*KEY, "alert_id"], maintain_order=True)
    )
    cargo = filed.select(
        *KEY,
        codes=pl.concat_str(pl.lit("|"), pl.col("hs_codes").list.join("|").fill_null("")),
        text=pl.col("goods_description").fill_null("").str.to_lowercase(),
    )
    bare = on_route.filter(pl.col("goods").list.len().fill_null(0) == 0).with_columns(term=pl.lit(None, pl.String))
    by_term = on_route.filter(pl.col("goods").list.len() > 0).explode("goods").join(cargo, on=KEY)
    term = pl.col("goods").str.to_lowercase()
    is_code = term.str.contains(r"^\d{2,10}$")
    has_goods = pl.when(is_code).then(pl.col("codes").str.contains("|" + term, literal=True)).otherwise(
        pl.col("text").str.contains(term, literal=True)
    )  # fmt: skip
    with_goods = by_term.filter(has_goods).with_columns(term="goods").unique([*KEY, "alert_id"], maintain_order=True)
    names = [*KEY, "alert_id", "origin", "destination", "term"]
    matches = pl.concat([bare.select(names), with_goods.select(names)])
    way = pl.concat_str("origin", pl.lit(" > "), "destination")
    plain = language.say("the route {route} is in the alert", route=MARKS[0])
    both = language.say("the route {route} and the goods {goods} are in the alert", route=MARKS[0], goods=MARKS[1])
    is_bare = pl.col("term").is_null()
    return matches.select(
        *KEY,
        "alert_id",
        field=pl.lit("route"),
        value=way,
        strength=pl.when(is_bare).then(STRENGTH).otherwise(WITH_GOODS),
        words=pl.when(is_bare).then(filled(plain, way)).otherwise(filled(both, way, pl.col("term"))),
    )


def _ends(filed: pl.DataFrame, columns: tuple[str, ...], end: str) -> pl.DataFrame:
    """KEY and `end`: each port and country at one end of the route, and `*` for any place."""
    ports, country = [pl.col(name) for name in columns[:2]], pl.col(columns[2])
    places = pl.concat_list(*ports, *(port.str.slice(0, 2) for port in ports), country, pl.lit(_ANY)).list.unique()
    return filed.select(*KEY, places.alias(end)).explode(end).drop_nulls(end)
