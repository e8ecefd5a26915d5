"""Reference tables in plain Python: places, roles in illicit trades, container types, usual figures of goods, trade."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from math import log1p
from statistics import fmean, median
from typing import Any

import polars as pl

from riskscore import folders, reference


@cache
def ports() -> dict[str, tuple[str, str]]:
    """Return UN/LOCODE -> name and country of the port."""
    return {
        code: (name, country)
        for code, name, country in reference.ports().select("locode", "name", "country").iter_rows()
    }


@cache
def countries() -> dict[str, tuple[str, bool]]:
    """Return country code -> name, and whether it is landlocked."""
    rows = reference.countries().select("code", "name", "landlocked").iter_rows()
    return {code: (name, landlocked) for code, name, landlocked in rows}


@cache
def places() -> dict[str, str]:
    """Return UN/LOCODE -> country, of every place that is known."""
    return dict(reference.places().select("locode", "country").iter_rows())


def known(place: str | None) -> str | None:
    """Return `place` where it is a known UN/LOCODE."""
    return place if place in places() else None


def country_of(place: str | None) -> str | None:
    """Return the country of a known place, or `place` itself where it is a country."""
    return place if place in countries() else places().get(place or "")


@cache
def km(start: str | None, end: str | None) -> float | None:
    """Return the sea distance between two ports in km; None if it is unknown."""
    if start is None or end is None:
        return None
    return _table_km().get((start, end)) if (start, end) in _table_km() else _network_km(start, end)


@cache
def _table_km() -> dict[tuple[str, str], float]:
    table = pl.read_parquet(folders.reference() / "sea_distances.parquet")
    rows = list(table.select("from_port", "to_port", "km").iter_rows())
    return {(b, a): float(c) for a, b, c in rows} | {(a, b): float(c) for a, b, c in rows}


def _network_km(start: str, end: str) -> float | None:
    pair = pl.DataFrame({"from_port": [start], "to_port": [end]})
    distance: float | None = reference.distances(pair)["km"].item()
    return distance


@cache
def _strengths() -> dict[tuple[str, str, str], float]:
    strengths: dict[tuple[str, str, str], float] = {}
    for group, country, role, strength in (
        reference.wildlife().select("group", "country", "role", "strength").iter_rows()
    ):
        strengths[group, role, country] = max(strengths.get((group, role, country), 0.0), strength)
    return strengths


def strength(kind: str, role: str, *places: str | None) -> float:
    """Return the highest strength (0 to 1) of several countries as `role` of a `kind` of contraband."""
    return max(_strengths().get((kind, role, country or ""), 0.0) for country in places)


@cache
def _roles() -> dict[tuple[str, str, str], float]:
    columns = ("commodity", "role", "country", "strength")
    rows = [*reference.wildlife().select(columns).iter_rows(), *reference.minor_roles().select(columns).iter_rows()]
    return {(commodity, role, country): strength for commodity, role, country, strength in rows}


def role(commodity: str, role: str, country: str) -> float:
    """Return the strength (0 to 1) of a country as source, hub or market of a commodity."""
    return _roles().get((commodity, role, country), 0.0)


@cache
def _covers() -> dict[tuple[str, str], float]:
    rows = reference.covers_by_kind().select("commodity", "hs", "strength").iter_rows()
    return {(commodity, code): strength for commodity, code, strength in rows}


@cache
def cover_of(commodity: str, code: str) -> float:
    """Return how often goods of an HS code hide a commodity (0 to 1); of a chapter, how often the worst of them do."""
    if len(code) >= 4:
        return _covers().get((commodity, code[:4]), _covers().get((commodity, code[:2]), 0.0))
    return max((most for (kind, of), most in _covers().items() if kind == commodity and of[:2] == code), default=0.0)


@cache
def boxes() -> dict[str, tuple[str, float, float]]:
    """Return container type -> group, payload in kg and volume in m3."""
    rows = reference.container_types().select("iso_code", "group", "payload_kg", "volume_m3").iter_rows()
    return {code: (group, payload, volume) for code, group, payload, volume in rows}


@cache
def rates() -> dict[str, float]:
    """Return currency -> value in USD."""
    return dict(reference.currencies().select("currency", "usd").iter_rows())


@cache
def _usual(prefix: str) -> dict[str, Any]:
    names = ("usd_per_kg", "usd_spread", "kg_per_package", "kg_spread", "stowage_kg_m3", "reefer")
    rows = [row for row in reference.goods().iter_rows(named=True) if row["hs6"].startswith(prefix)]
    columns = {name: [row[name] for row in rows if row[name] is not None] for name in names}
    averages: dict[str, Callable[[list[float]], float]] = {"usd_spread": fmean, "kg_spread": fmean, "reefer": max}
    return {name: averages.get(name, median)(values) for name, values in columns.items() if values}


def usual(name: str, *codes: str | None) -> float | None:
    """Return the usual figure `name` of goods, of the first of `codes` (longest first) that has one."""
    for code in codes:
        if code and (figure := _usual(code).get(name)) is not None:
            return float(figure)
    return None


@cache
def packages(chapter: str) -> set[str]:
    """Return the package types that are used for goods of an HS chapter."""
    types = set[str]()
    for row in reference.goods().iter_rows(named=True):
        if row["chapter"] == chapter:
            types |= set(f"{row['package_type'] or ''}|{row['other_package_types'] or ''}".split("|"))
    for row in reference.package_fit().iter_rows(named=True):
        if row["chapter"] == chapter:
            types |= set(row["package_type"].split("|"))
    return types - {""}


@cache
def cover_kinds() -> dict[str, str]:
    """Return HS prefix -> kind of cover load, of the first line with that prefix."""
    kinds: dict[str, str] = {}
    for code, kind in reference.cover_goods().select("hs", "kind").iter_rows():
        if code is not None:
            kinds.setdefault(str(code), kind)
    return kinds


@cache
def terms(table: str, kinds: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the terms of a reference table of words, all of them or only those of `kinds`."""
    rows: Iterable[dict[str, Any]] = getattr(reference, table)().iter_rows(named=True)
    return tuple(row["term"] for row in rows if row["term"] and (not kinds or row["kind"] in kinds))


@cache
def holidays(country: str) -> tuple[date, ...]:
    """Return the holidays of a country, in order."""
    table = reference.holidays()
    return tuple(sorted(day for code, day in table.select("country", "date").iter_rows() if code == country))


@cache
def languages() -> dict[str, str]:
    """Return country -> languages of its trade documents."""
    return dict(reference.languages().select("country", "languages").iter_rows())


@cache
def imports_teu() -> dict[str, float]:
    """Return country -> yearly imports in thousand TEU."""
    return dict(reference.country_trade().select("country", pl.col("teu_import").cast(pl.Float64)).iter_rows())


@cache
def _trade(flow: str, digits: int) -> tuple[dict[tuple[str, str], float], dict[str, float]]:
    """(country, code) -> share in the country's flow, and code -> share in the world's."""
    headings: dict[str, set[str]] = defaultdict(set)
    for chapter, hs6 in reference.hs().select("chapter", "hs6").iter_rows():
        headings[chapter].add(hs6[:4])
    share: dict[tuple[str, str], float] = defaultdict(float)
    for country, code, line_flow, weight in reference.trade().select("country", "hs4", "flow", "weight").iter_rows():
        if line_flow == flow:
            spread = [code] if len(code) == 4 else sorted(headings[code])
            for heading in spread:
                share[country, heading[:digits]] += weight / len(spread)
    volume = dict(reference.country_trade().select("country", f"teu_{flow}").iter_rows())
    total = sum(volume.get(country, 1.0) for country in {country for country, _ in share})
    world: dict[str, float] = defaultdict(float)
    for (country, code), part in share.items():
        world[code] += part * volume.get(country, 1.0) / total
    return share, world


def trade_share(country: str | None, flow: str, code: str | None) -> float | None:
    """Return the share (0 to 1) of goods of a code in what a country exports or imports (`flow`)."""
    return None if country is None or code is None else _trade(flow, len(code))[0].get((country, code), 0.0)


def advantage(country: str | None, flow: str, code: str | None) -> float | None:
    """Return the share of goods of a code in a country's `flow` over their share in the world's, as log1p."""
    share = trade_share(country, flow, code)
    return None if share is None or code is None else log1p(share / (_trade(flow, len(code))[1].get(code, 0.0) + 1e-5))
