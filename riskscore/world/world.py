"""The world: who exports what to whom, from which port, and on which route.

    trade.csv ─▶ lines (origin by heading) ─┐
    country_trade.csv ─────────────────────┼─▶ gravity: line by destination, more for near and large ones
    ports, distances ──────────────────────┘

Countries, ports, goods and lines are numbers here (positions in the lists of the world); -1 is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from riskscore import reference
from riskscore.units import EARTH_RADIUS_KM
from riskscore.world import goods as wares
from riskscore.world import names
from riskscore.world.draws import Bools, Chooser, Floats, Ints, RowChooser

_GATEWAY_SHARE = 0.15
"""Share of a coastal country's boxes that go through a neighbour's port, if gateways.csv has one."""
HUB_CHOICES = 4
_DETOUR_DISLIKE = 7.0
_DECAY = 0.75
_NEAR_KM = 900.0
_ANYWAY = 4e-4
"""Import weight of a heading that trade.csv does not list for a country: every country buys a little of everything."""
AFRICA_TO_ASIA = 0.026
"""Share of laden containers that go from Africa to South-East and East Asia; gravity alone gives a wrong share
(UNCTAD, Review of Maritime Transport: Africa loads about 4% of containers, roughly half of them for Asia)."""
_ASIA = ("east_asia", "southeast_asia")


@dataclass(frozen=True)
class World:
    """Arrays and choosers over countries, ports and lines; built once, never changed."""

    countries: list[str]
    region: list[str]
    landlocked: Bools
    tongue: Ints
    languages: list[list[str]]
    exports: Floats
    imports: Floats
    ports: list[str]
    port_country: Ints
    port_names: list[str]
    port_size: Floats
    km: Floats
    """[ports, ports] distance by sea."""
    country_ports: RowChooser
    """Country -> ports of its trade: its own, and gateways; only gateways for a landlocked country."""
    line_origin: Ints
    line_heading: list[str]
    line_weight: Floats
    line_goods: RowChooser
    export_share: Floats
    """[countries, 100] share of the world's boxes that leave a country with goods of an HS chapter."""
    import_share: Floats
    """[countries, 100] share of the world's boxes that arrive in a country with goods of an HS chapter."""
    destinations: RowChooser
    """Line -> destination country."""
    sources: RowChooser
    """Destination country -> line."""
    hub_ports: Ints
    hubs: Ints
    """[ports, ports, HUB_CHOICES] hubs that ships between two ports are likely to use."""
    hubs_upto: Floats
    """Cumulated shares of these hubs."""
    any_goods: Chooser

    def country(self, code: str) -> int:
        """Return the position of the country with this ISO code, or -1."""
        return self.countries.index(code) if code in self.countries else -1


@cache
def load() -> World:
    """Build the world from the reference tables. Raises ReferenceDataError if one is missing."""
    ports = _ports()
    reached = pl.concat([ports["country"], reference.gateways()["country"]]).unique().to_list()
    volume = reference.country_trade().filter(pl.col("country").is_in(reached)).sort("country")
    codes = volume["country"].to_list()
    about = {row["code"]: row for row in reference.countries().iter_rows(named=True)}
    spoken = dict(reference.languages().select("country", "languages").iter_rows())
    languages = [str(spoken.get(code, "en")).split() for code in codes]
    number = {code: position for position, code in enumerate(codes)}
    place = {locode: position for position, locode in enumerate(ports["locode"])}
    country_ports = _country_ports(ports, codes)
    km = _distances(ports["locode"].to_list())
    exports = volume["teu_export"].to_numpy().astype(np.float64)
    imports = volume["teu_import"].to_numpy().astype(np.float64)
    lines = reference.trade().filter(pl.col("flow") == "export", pl.col("country").is_in(codes))
    lines = lines.sort("country", "hs4")
    origin = np.array([number[code] for code in lines["country"]], dtype=np.int64)
    headings = lines["hs4"].to_list()
    regions = [str(about[code]["region"]) if code in about else "europe" for code in codes]
    weight = exports[origin] * lines["weight"].to_numpy()
    main_port = country_ports.at(np.arange(len(codes)), np.full(len(codes), 1e-9))
    flow = weight[:, None] * _pull(origin, headings, codes, imports, _arcs(ports, main_port))
    _hold_share(flow, origin, regions)
    rows, columns = np.nonzero(flow)
    back = np.argsort(columns, kind="stable")
    kinds = [wares.load().starting(heading) for heading in headings]
    options = np.concatenate(kinds)
    option_line = np.repeat(np.arange(len(kinds)), [len(kind) for kind in kinds])
    size = ports["teu"].to_numpy()
    hub_ports = np.array([place[locode] for locode in reference.hubs()["locode"] if locode in place])
    hubs, hubs_upto = _hubs(hub_ports, km, size)
    return World(
        countries=codes,
        region=regions,
        landlocked=np.array([bool(about[code]["landlocked"]) if code in about else False for code in codes]),
        tongue=np.array([names.tongue_number(of_country[0]) for of_country in languages]),
        languages=languages,
        exports=exports,
        imports=imports,
        ports=ports["locode"].to_list(),
        port_country=np.array([number.get(code, -1) for code in ports["country"]]),
        port_names=ports["name"].to_list(),
        port_size=size,
        km=km,
        country_ports=country_ports,
        line_origin=origin,
        line_heading=headings,
        line_weight=flow.sum(axis=1),
        export_share=_shares(flow.sum(axis=1, keepdims=True), origin[:, None], headings, len(codes)),
        import_share=_shares(flow, np.arange(len(codes))[None, :], headings, len(codes)),
        line_goods=RowChooser(option_line, options, np.ones(len(options)), len(kinds)),
        destinations=RowChooser(rows, columns, flow[rows, columns], len(origin)),
        sources=RowChooser(columns[back], rows[back], flow[rows, columns][back], len(codes)),
        hub_ports=hub_ports,
        hubs=hubs,
        hubs_upto=hubs_upto,
        any_goods=Chooser(np.ones(len(wares.load()))),
    )


def _ports() -> pl.DataFrame:
    """Return the ports in use: major ports, gateways and hubs."""
    used = pl.concat(
        [reference.ports_major()["locode"], reference.gateways()["locode"], reference.hubs()["locode"]]
    ).unique()
    return (
        reference.ports()
        .filter(pl.col("locode").is_in(used.to_list()))
        .join(reference.ports_major().select("locode", "teu"), on="locode", how="left")
        .with_columns(pl.col("teu").fill_null(1.0), name=pl.col("name").str.to_uppercase())
        .sort("locode")
    )


def _country_ports(ports: pl.DataFrame, codes: list[str]) -> RowChooser:
    """Return country -> its ports by size, then the gateways; a landlocked country has gateways only."""
    number = pl.DataFrame({"country": codes}).with_row_index("row")
    place = ports.select("locode", "teu").with_row_index("port")
    own = number.join(ports.select("country", "locode"), on="country").join(place, on="locode")
    own = own.with_columns(weight=pl.col("teu") / pl.col("teu").sum().over("row"))
    through = number.join(reference.gateways().select("country", "locode"), on="country", maintain_order="left")
    through = through.join(place, on="locode", maintain_order="left").with_columns(
        weight=1.0 / pl.int_range(1, pl.len() + 1).over("row")
    )
    through = through.with_columns(pl.col("weight") / pl.col("weight").sum().over("row"))
    coastal = pl.col("row").is_in(own["row"].unique().to_list())
    through = through.with_columns(
        pl.when(coastal).then(pl.col("weight") * _GATEWAY_SHARE).otherwise("weight").alias("weight")
    )
    columns = ["row", "port", "weight"]
    every = pl.concat([own.select(columns), through.select(columns)]).sort(
        "row", "weight", "port", descending=[False, True, False]
    )
    rows, items = (every[name].cast(pl.Int64).to_numpy() for name in ("row", "port"))
    return RowChooser(rows, items, every["weight"].to_numpy(), len(codes))


def _hubs(hub_ports: Ints, km: Floats, size: Floats) -> tuple[Ints, Floats]:
    """Return the best hubs of each pair of ports and their cumulated shares, [ports, ports, HUB_CHOICES]."""
    count = len(km)
    best = np.empty((count, count, HUB_CHOICES), dtype=np.int64)
    upto = np.empty((count, count, HUB_CHOICES))
    for start in range(count):
        by_hub = km[start, hub_ports][None, :] + km[:, hub_ports]
        ratio = by_hub / np.maximum(km[start][:, None], 500.0)
        liking = np.sqrt(size[hub_ports]) * np.exp(-_DETOUR_DISLIKE * np.maximum(ratio - 1.0, 0.0))
        liking[:, hub_ports == start] = 0.0
        liking[hub_ports, np.arange(len(hub_ports))] = 0.0
        order = np.argsort(-liking, axis=1, kind="stable")[:, :HUB_CHOICES]
        share = np.cumsum(np.take_along_axis(liking, order, axis=1) + 1e-12, axis=1)
        best[start], upto[start] = hub_ports[order], share / share[:, -1:]
    return best, upto


def _distances(locodes: list[str]) -> Floats:
    """Return kilometres by sea between all pairs; 25,000 if there is no sea route."""
    pairs = pl.DataFrame({"from_port": locodes}).join(pl.DataFrame({"to_port": locodes}), how="cross")
    km = reference.distances(pairs)["km"].fill_null(25_000.0).to_numpy()
    return np.asarray(km, dtype=np.float64).reshape(len(locodes), len(locodes))


def _arcs(ports: pl.DataFrame, main_port: Ints) -> Floats:
    """Return great-circle km between the main ports of countries, [countries, countries]."""
    lat, lon = (np.radians(ports[name].to_numpy())[np.maximum(main_port, 0)] for name in ("lat", "lon"))
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat)[:, None] * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def _pull(origin: Ints, headings: list[str], codes: list[str], imports: Floats, arcs: Floats) -> Floats:
    """Return the pull of each country on each line, [lines, countries], sum 1 per line: demand x size x nearness."""
    trade = reference.trade().filter(pl.col("flow") == "import").select("country", "hs4", "weight")
    weight = {(country, heading): share for country, heading, share in trade.iter_rows()}
    distinct = sorted(set(headings))
    demand = np.empty((len(distinct), len(codes)))
    for row, heading in enumerate(distinct):
        chapter = heading[:2]
        demand[row] = [
            weight.get((code, heading), 0.0) + 0.3 * weight.get((code, chapter), 0.0) + _ANYWAY for code in codes
        ]
    line_demand = demand[np.searchsorted(distinct, headings)]
    pull = line_demand * imports * (arcs[origin] + _NEAR_KM) ** -_DECAY
    pull[np.arange(len(origin)), origin] = 0.0
    return np.asarray(pull / pull.sum(axis=1, keepdims=True))


def _shares(flow: Floats, country: Ints, headings: list[str], count: int) -> Floats:
    """Add up `flow` [lines, any] by `country` (broadcast to it) and chapter of the line, as shares of the total."""
    chapter = np.array([int(heading[:2]) for heading in headings])[:, None]
    cell = np.broadcast_to(country, flow.shape) * 100 + chapter
    total = np.bincount(cell.ravel(), weights=flow.ravel(), minlength=count * 100)
    return np.asarray((total / total.sum()).reshape(count, 100))


def _hold_share(flow: Floats, origin: Ints, regions: list[str]) -> None:
    """Scale the flow from Africa to Asia to its share of world trade, in place."""
    african = np.array([region == "africa" for region in regions])[origin]
    asian = np.array([region in _ASIA for region in regions])
    part = flow[np.ix_(african, asian)].sum()
    rest = flow.sum() - part
    if part > 0:
        flow[np.ix_(african, asian)] *= AFRICA_TO_ASIA / (1 - AFRICA_TO_ASIA) * rest / part
