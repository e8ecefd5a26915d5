"""Route of a box by sea: its legs and hubs on a map, and how much longer it is than the direct route.

ports, in order ─▶ legs along the shipping network ─┐
coastlines ────────────────────────────────────────┴─▶ window around both routes ─▶ polylines in SVG units
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
"""Least height of a map in degrees, so that even a short leg shows enough of the coast."""

_Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Stop:
    """A port on the map: `role` is load, hub or discharge; `side` is the text anchor of its name (start or end)."""

    name: str
    role: str
    x: float
    y: float
    side: str


@dataclass(frozen=True, slots=True)
class Map:
    """SVG paths of land, of the route sailed and of the direct route, and the ports."""

    land: str
    sailed: str
    direct: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Lengths in km (None if unknown): `legs` are (from, to, km). `map` is None without at least one known leg."""

    legs: tuple[tuple[str, str, float | None], ...]
    sailed_km: float | None
    direct_km: float | None
    map: Map | None

    @property
    def detour(self) -> float | None:
        """Length of the route divided by that of the direct route; None if unknown."""
        if not self.sailed_km or not self.direct_km:
            return None
        return self.sailed_km / self.direct_km


def route(filed: Mapping[str, Any]) -> Route:
    """Measure and draw the route of one canonical row."""
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
    legs = [points for points in (sea.way(*pair) for pair in pairs) if points]
    if not legs:
        return None
    sailed = _joined(legs)
    direct = _joined([sea.way(*ends)]) if len(pairs) > 1 else []
    if direct:  # shift it by full turns of the globe to where the route sailed is drawn
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
    """Join legs into one line, without a jump where one of them crosses the date line."""
    line: _Points = []
    for leg in legs:
        turn = round((line[-1][1] - leg[0][1]) / 360) * 360 if line and leg else 0
        line += [(lat, lon + turn) for lat, lon in leg]
    return line


def _stops(ports: Sequence[str], sailed: _Points, window: _Window) -> Iterable[Stop]:
    table = reference.ports().filter(pl.col("locode").is_in(ports))
    positions = {locode: (lat, lon) for locode, lat, lon in table.select("locode", "lat", "lon").iter_rows()}
    for number, port in enumerate(ports):
        if port in positions and port not in ports[:number]:
            lat, lon = positions[port]
            nearest = min(sailed, key=lambda point: (point[0] - lat) ** 2 + ((point[1] - lon + 180) % 360 - 180) ** 2)
            x, y = window.at(lat, lon + round((nearest[1] - lon) / 360) * 360)
            role = "load" if number == 0 else "discharge" if number == len(ports) - 1 else "hub"
            yield Stop(_places()[port], role, x, y, "end" if x > WIDTH * 0.75 else "start")


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of the world shown: its centre, and SVG units per degree of latitude (`up`) and longitude (`right`)."""

    lat: float
    lon: float
    up: float
    right: float

    @classmethod
    def around(cls, points: _Points) -> _Window:
        lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
        lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
        narrow = math.cos(math.radians(lat))  # length of a degree of longitude, in degrees of latitude
        tall = max((max(lats) - min(lats)) * (1 + 2 * _MARGIN), _SMALLEST)
        wide = (max(lons) - min(lons)) * (1 + 2 * _MARGIN)
        up = min(HEIGHT / tall, WIDTH / max(wide * narrow, _SMALLEST))
        return cls(lat, lon, up, up * narrow)

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        return (round(WIDTH / 2 + (lon - self.lon) * self.right, 1), round(HEIGHT / 2 - (lat - self.lat) * self.up, 1))

    def path(self, points: _Points) -> str:
        return _svg(np.array([self.at(lat, lon) for lat, lon in points])) if points else ""

    def land(self) -> str:
        """All coastlines that reach into the window, at any full turn of the globe."""
        parts = []
        for outline in coast.outlines():
            for turn in (-360.0, 0.0, 360.0):
                x = WIDTH / 2 + (outline[:, 0] + turn - self.lon) * self.right
                y = HEIGHT / 2 - (outline[:, 1] - self.lat) * self.up
                if x.max() > 0 and x.min() < WIDTH and y.max() > 0 and y.min() < HEIGHT:
                    # points far outside the window are moved to the edge of a larger frame
                    frame = (np.clip(x, -WIDTH, 2 * WIDTH), np.clip(y, -HEIGHT, 2 * HEIGHT))
                    parts.append(_svg(_thinned(np.stack(frame, axis=1))) + "Z")
        return "".join(parts)


def _thinned(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Drop points that round to the same position as the one before."""
    rounded = np.round(points, 0)
    moved = np.any(np.diff(rounded, axis=0) != 0, axis=1)
    return np.asarray(rounded[np.concatenate([[True], moved])])


def _svg(points: NDArray[np.float64]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
