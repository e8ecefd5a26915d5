"""Route: the way of a box over the sea, its hubs, and how much longer it is than the direct way, on a map.

ports, in order ─▶ legs along the shipping network ─┐
coastlines ────────────────────────────────────────┴─▶ window around both ways ─▶ polylines in SVG units
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore import reference
from riskscore.reference import coast, sea

WIDTH, HEIGHT = 700, 210
"""Size of the map in SVG units."""

_MARGIN = 0.12
_SMALLEST = 12.0
"""Degrees that a map shows at least from top to bottom, so that a short leg still shows where it is."""

_Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Stop:
    """A port on the map: `role` is load, hub or discharge; `side` is where its name has room (start or end)."""

    name: str
    role: str
    x: float
    y: float
    side: str


@dataclass(frozen=True, slots=True)
class Map:
    """What is drawn: SVG paths of land, of the way sailed and of the direct way, and the ports."""

    land: str
    sailed: str
    direct: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """The way in figures (km, None where it is not known): `legs` are (from, to, km); `map` is None without ports."""

    legs: tuple[tuple[str, str, float | None], ...]
    sailed_km: float | None
    direct_km: float | None
    map: Map | None

    @property
    def detour(self) -> float | None:
        """How many times as long as the direct way it is; None where that is not known."""
        if not self.sailed_km or not self.direct_km:
            return None
        return self.sailed_km / self.direct_km


def route(filed: Mapping[str, Any]) -> Route:
    """The route of one canonical row."""
    stops = [filed["port_of_loading"], *(filed["transhipment_ports"] or []), filed["port_of_discharge"]]
    ports = [stop for stop in stops if stop]
    pairs = list(itertools.pairwise(ports))
    ends = (ports[0], ports[-1]) if len(ports) > 1 else None
    km = _km([*pairs, ends] if ends else [])
    lengths = [km.get(pair) for pair in pairs]
    known = [length for length in lengths if length is not None]
    return Route(
        legs=tuple((_name(start), _name(end), km.get((start, end))) for start, end in pairs),
        sailed_km=sum(known) if known and len(known) == len(lengths) else None,
        direct_km=km.get(ends) if ends else None,
        map=_map(ports, pairs, ends) if ends else None,
    )


def _km(pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float | None]:
    frame = pl.DataFrame(pairs, schema={"from_port": pl.String, "to_port": pl.String}, orient="row")
    return {(start, end): km for start, end, km in sea.distances(frame.unique()).iter_rows()}


@cache
def _places() -> dict[str, str]:
    ports = reference.ports()
    return dict(zip(ports["locode"], ports["name"], strict=True))


def _name(locode: str) -> str:
    return f"{_places()[locode]} ({locode})" if locode in _places() else locode


def _map(ports: Sequence[str], pairs: Sequence[tuple[str, str]], ends: tuple[str, str]) -> Map | None:
    legs = [way for way in (sea.way(*pair) for pair in pairs) if way]
    if not legs:
        return None
    sailed = _joined(legs)
    direct = _joined([sea.way(*ends)]) if len(pairs) > 1 else []
    if direct:  # the same turn of the globe as the way sailed
        turn = round((sailed[0][1] - direct[0][1]) / 360) * 360
        direct = [(lat, lon + turn) for lat, lon in direct]
    window = _Window.around([*sailed, *direct])
    return Map(
        land=window.land(),
        sailed=window.path(sailed),
        direct=window.path(direct),
        stops=tuple(_stops(ports, sailed, window)),
    )


def _joined(legs: Iterable[_Points]) -> _Points:
    """Legs one after the other, without a jump where one of them crosses the date line."""
    way: _Points = []
    for leg in legs:
        turn = round((way[-1][1] - leg[0][1]) / 360) * 360 if way and leg else 0
        way += [(lat, lon + turn) for lat, lon in leg]
    return way


def _stops(ports: Sequence[str], sailed: _Points, window: _Window) -> Iterable[Stop]:
    known = reference.ports().filter(pl.col("locode").is_in(ports))
    at = {locode: (lat, lon) for locode, lat, lon in known.select("locode", "lat", "lon").iter_rows()}
    for number, port in enumerate(ports):
        if port in at and port not in ports[:number]:
            lat, lon = at[port]
            nearest = min(sailed, key=lambda point: (point[0] - lat) ** 2 + ((point[1] - lon + 180) % 360 - 180) ** 2)
            x, y = window.at(lat, lon + round((nearest[1] - lon) / 360) * 360)
            role = "load" if number == 0 else "discharge" if number == len(ports) - 1 else "hub"
            yield Stop(_places()[port], role, x, y, "end" if x > WIDTH * 0.75 else "start")


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of the world that is shown: its middle, and SVG units a degree of latitude and of longitude."""

    lat: float
    lon: float
    up: float
    right: float

    @classmethod
    def around(cls, points: _Points) -> _Window:
        lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
        lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
        narrow = math.cos(math.radians(lat))  # a degree of longitude is this much of one of latitude
        tall = max((max(lats) - min(lats)) * (1 + 2 * _MARGIN), _SMALLEST)
        wide = (max(lons) - min(lons)) * (1 + 2 * _MARGIN)
        up = min(HEIGHT / tall, WIDTH / max(wide * narrow, _SMALLEST))
        return cls(lat, lon, up, up * narrow)

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        return (round(WIDTH / 2 + (lon - self.lon) * self.right, 1), round(HEIGHT / 2 - (lat - self.lat) * self.up, 1))

    def path(self, points: _Points) -> str:
        return _svg(np.array([self.at(lat, lon) for lat, lon in points])) if points else ""

    def land(self) -> str:
        """Every outline that reaches into the window, wherever on the globe it was written down."""
        parts = []
        for outline in coast.outlines():
            for turn in (-360.0, 0.0, 360.0):
                x = WIDTH / 2 + (outline[:, 0] + turn - self.lon) * self.right
                y = HEIGHT / 2 - (outline[:, 1] - self.lat) * self.up
                if x.max() > 0 and x.min() < WIDTH and y.max() > 0 and y.min() < HEIGHT:
                    # what lies far outside is drawn at the edge of a frame around the window
                    frame = (np.clip(x, -WIDTH, 2 * WIDTH), np.clip(y, -HEIGHT, 2 * HEIGHT))
                    parts.append(_svg(_thinned(np.stack(frame, axis=1))) + "Z")
        return "".join(parts)


def _thinned(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without points that fall on the one before."""
    rounded = np.round(points, 0)
    moved = np.any(np.diff(rounded, axis=0) != 0, axis=1)
    return np.asarray(rounded[np.concatenate([[True], moved])])


def _svg(points: NDArray[np.float64]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
