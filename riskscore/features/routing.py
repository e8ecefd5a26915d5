"""Routing: whether goods travel a usual route, or one that smugglers are known to use.

`prepare` works on the distinct routes (a few thousand even on a large night) and joins the results to all rows.
"""

from __future__ import annotations

import polars as pl

from riskscore import reference
from riskscore.features.distinct import HASH, by_distinct
from riskscore.features.lookups import strength
from riskscore.features.sums import exact_sum

WILDLIFE = ("source", "hub", "market")
"""Roles of a country in the illegal wildlife trade."""

_PORTS = ("port_of_loading", "transhipment_ports", "port_of_discharge")
_COUNTRIES = ("origin", "loading_country", "discharge_country", "destination", "delivery_country")


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Add distances (sea km), detours and the countries' roles in illicit trades. Rows keep their order."""
    return by_distinct(by_distinct(facts, _PORTS, _measure), _COUNTRIES, _roles)


def _roles(countries: pl.DataFrame) -> pl.DataFrame:
    """Add the countries' roles in illicit trades, whether they are landlocked, their languages and import volume."""
    states, volume = reference.countries(), reference.country_trade()
    landlocked = states.select("code", "landlocked")
    teu = volume.select("country", destination_teu=pl.col("teu_import").cast(pl.Float64))
    return (
        countries.join(
            landlocked.rename({"landlocked": "origin_landlocked"}), left_on="origin", right_on="code", how="left"
        )
        .join(
            landlocked.rename({"landlocked": "destination_landlocked"}),
            left_on="destination",
            right_on="code",
            how="left",
        )
        .join(teu, left_on="destination", right_on="country", how="left")
        .with_columns(
            pl.col("destination_teu").fill_null(0.0),
            origin_source=strength("origin", "wildlife", "source"),
            loading_source=strength("loading_country", "wildlife", "source"),
            loading_hub=strength("loading_country", "wildlife", "hub"),
            discharge_hub=strength("discharge_country", "wildlife", "hub"),
            discharge_market=strength("discharge_country", "wildlife", "market"),
            destination_market=strength("destination", "wildlife", "market"),
            delivery_market=strength("delivery_country", "wildlife", "market"),
            narcotics_near=pl.max_horizontal(
                strength("origin", "narcotics", "source"), strength("loading_country", "narcotics", "source")
            ),
            narcotics_far=pl.max_horizontal(
                strength("destination", "narcotics", "market"), strength("discharge_country", "narcotics", "hub")
            ),
            languages=pl.concat_str(
                (_languages(column) for column in ("origin", "loading_country", "destination")), separator=" "
            ),
            waste_way=strength("origin", "waste", "source") * strength("destination", "waste", "market"),
        )
    )


def _languages(column: str) -> pl.Expr:
    """Languages of trade documents in the country in `column`; English where unknown."""
    table = reference.languages()
    return pl.col(column).replace_strict(table["country"], table["languages"], default="en", return_dtype=pl.String)


def _measure(routes: pl.DataFrame) -> pl.DataFrame:
    """Add km along each route, direct km, the strongest hub on it and how often it returns to a port or country."""
    listed = pl.concat_list(
        "port_of_loading", pl.col("transhipment_ports").fill_null([]), "port_of_discharge"
    ).list.drop_nulls()
    stops = (
        routes.select(HASH, port=listed)
        .with_columns(position=pl.int_ranges(pl.col("port").list.len()), end=pl.col("port").list.last())
        .explode("port", "position", empty_as_null=False, keep_nulls=False)
    )
    stops = by_distinct(stops, ["port"], _ports).with_columns(
        from_port=pl.when(pl.col("position") > 0).then(pl.col("port").shift(1)),
        entered=_entered(),
        hub=pl.when((pl.col("position") > 0) & (pl.col("port") != pl.col("end"))).then("hub"),
    )
    stops = by_distinct(stops, ["from_port", "port"], lambda legs: _sailed(legs, "from_port", "port", "km"))
    legs, known = pl.col("from_port").is_not_null(), pl.col("port_country").is_not_null()
    visited = stops.group_by(HASH).agg(
        sailed_km=pl.when(legs.any() & (pl.col("km").is_not_null() == legs).all()).then(exact_sum(pl.col("km"))),
        transhipment_hub=pl.col("hub").max(),
        # A stop that is not known is neither a return nor a country of its own.
        returns=pl.col("port").filter(known).len() - pl.col("port").filter(known).n_unique(),
        country_returns=pl.col("entered").sum() - pl.col("port_country").filter(known).n_unique(),
        between=pl.col("port").len() - 2,
        stops_known=pl.col("port_country").is_not_null().mean(),
    )
    start, end = "port_of_loading", "port_of_discharge"
    routes = by_distinct(routes, [start, end], lambda pairs: _sailed(pairs, start, end, "direct_km"))
    return routes.join(visited, on=HASH, how="left")


def _entered() -> pl.Expr:
    """Whether a stop is in another country than the last known stop before it on the route."""
    before = pl.col("port_country").forward_fill().shift(1).over(HASH)
    return pl.col("port_country").is_not_null() & pl.col("port_country").ne_missing(before)


def _is_direct() -> pl.Expr:
    """Whether no port is stated between loading and discharge, and the distance of these is not known."""
    return (pl.col("between") <= 0) & (pl.col("stops_known") < 1)


def _ports(ports: pl.DataFrame) -> pl.DataFrame:
    """Add the country of each port, and its strength as a hub of the illegal wildlife trade."""
    country = reference.ports().select(port="locode", port_country="country")
    return ports.join(country, on="port", how="left").with_columns(hub=strength("port_country", "wildlife", "hub"))


def _sailed(pairs: pl.DataFrame, start: str, end: str, name: str) -> pl.DataFrame:
    """Add the sea km from `start` to `end` of each pair as `name`."""
    km = reference.distances(pairs.select(from_port=start, to_port=end))["km"]
    return pairs.with_columns(km.alias(name))


def _source() -> pl.Expr:
    return pl.max_horizontal("origin_source", "loading_source")


def _market() -> pl.Expr:
    return pl.max_horizontal("discharge_market", "destination_market", "delivery_market")


def _hub() -> pl.Expr:
    return pl.max_horizontal(pl.col("transhipment_hub"), pl.col("discharge_hub"))


def wildlife_source() -> pl.Expr:
    """Strength (0 to 1) of the origin or the country of loading as a source of wildlife contraband."""
    return _source()


def wildlife_hub() -> pl.Expr:
    """Strength (0 to 1) of the strongest wildlife hub on the route, the port of discharge included."""
    return _hub()


def transhipment_hub_strength() -> pl.Expr:
    """Strength (0 to 1) of the strongest wildlife hub among the ports between loading and discharge."""
    return pl.col("transhipment_hub")


def wildlife_market() -> pl.Expr:
    """Strength (0 to 1) of the strongest wildlife market among discharge, destination and delivery."""
    return _market()


def source_to_market() -> pl.Expr:
    """Source strength times the highest market or hub strength at the far end."""
    return _source() * pl.max_horizontal(_market(), "discharge_hub")


def source_hub_market() -> pl.Expr:
    """Product of the strengths of source, hub and market on one route."""
    return _source() * pl.col("transhipment_hub").fill_null(0.0) * _market()


def hub_to_market() -> pl.Expr:
    """Hub strength of the country of loading times market strength at the far end."""
    return pl.col("loading_hub") * _market()


def narcotics_source() -> pl.Expr:
    """Strength (0 to 1) of the origin or the country of loading as a source of narcotics."""
    return pl.col("narcotics_near")


def narcotics_route() -> pl.Expr:
    """Strength as a narcotics source times that as a narcotics market or hub at the far end."""
    return pl.col("narcotics_near") * pl.col("narcotics_far")


def transhipments() -> pl.Expr:
    """Number of transhipment ports; null where the field is empty."""
    return pl.col("transhipment_ports").list.len()


def detour_ratio() -> pl.Expr:
    """Sea km along the stated route over direct sea km; null where the direct distance is 50 km or less.

    A route without stops is the direct one, also where a port of it is not known.
    """
    ratio = pl.when(pl.col("direct_km") > 50).then(pl.col("sailed_km") / pl.col("direct_km"))
    return pl.when(_is_direct()).then(1.0).otherwise(ratio)


def detour_km() -> pl.Expr:
    """Sea km by which the stated route is longer than the direct one."""
    return pl.when(_is_direct()).then(0.0).otherwise(pl.col("sailed_km") - pl.col("direct_km"))


def direct_km() -> pl.Expr:
    """Sea km from loading to discharge."""
    return pl.col("direct_km")


def route_returns() -> pl.Expr:
    """How often the route returns to a port or a country that it had left."""
    return pl.col("returns") + pl.col("country_returns")


def origin_not_loading() -> pl.Expr:
    """The country of origin is not the country of loading, and is not landlocked."""
    return (pl.col("origin_country") != pl.col("loading_country")) & ~pl.col("origin_landlocked").fill_null(False)


def stopover_in_destination() -> pl.Expr:
    """The route returns to a country that it had left, such as the country of loading or of discharge."""
    return pl.col("country_returns") > 0


def discharge_not_destination() -> pl.Expr:
    """The container is discharged in another country than the goods' destination."""
    return pl.col("discharge_country") != pl.col("destination")


def delivery_abroad() -> pl.Expr:
    """The place of delivery is in another country than the port of discharge."""
    return pl.col("delivery_country") != pl.col("discharge_country")


def destination_landlocked() -> pl.Expr:
    """The destination is landlocked, so the container goes on by land."""
    return pl.col("destination_landlocked")


def destination_volume() -> pl.Expr:
    """Yearly container imports of the destination, as log10 of thousand TEU: small ones are remote."""
    return (pl.col("destination_teu") + 0.1).log10()


def days_at_sea_unusual() -> pl.Expr:
    """Days from loading to arrival over the days of the direct voyage at 14 knots."""
    days = (pl.col("arrives_at") - pl.col("loaded_at")).dt.total_hours() / 24
    usual = pl.col("direct_km") / (14 * 1.852 * 24)
    return pl.when((usual > 0.5) & (days > 0)).then(days / usual)


def arrival_missing() -> pl.Expr:
    """No arrival date is stated."""
    return pl.col("arrives_at").is_null()


def receipt_inland() -> pl.Expr:
    """The carrier received the container away from the port of loading, so it was packed and sealed elsewhere."""
    return reference.known_place("place_of_receipt") != reference.known_place("port_of_loading")


def receipt_abroad() -> pl.Expr:
    """The carrier received the container in another country than that of the port of loading."""
    return pl.col("receipt_country") != pl.col("loading_country")


def port_unknown() -> pl.Expr:
    """A port of the route is not in the list of ports."""
    return pl.col("stops_known") < 1


def lane_before() -> pl.Expr:
    """Number of earlier consignments on this lane, as log1p."""
    return pl.col("lane_before").log1p()


def lane_last_90() -> pl.Expr:
    """Number of consignments on this lane in the last 90 days, as log1p."""
    return pl.col("lane_last_90").log1p()


def lane_seizure_rate() -> pl.Expr:
    """Smoothed seizure rate in earlier inspections on this lane (0 to 1)."""
    return pl.col("lane_seizure_rate")


def origin_destination_seizure_rate() -> pl.Expr:
    """Smoothed seizure rate in earlier inspections from this origin to this destination (0 to 1)."""
    return pl.col("origin_destination_seizure_rate")


def origin_destination_before() -> pl.Expr:
    """Number of earlier consignments from this origin to this destination, as log1p."""
    return pl.col("origin_destination_before").log1p()
