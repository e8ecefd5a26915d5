"""Distances by sea between ports in kilometres: a table for the usual pairs, the shipping network for all others.

    pairs ─▶ sea_distances.parquet ─▶ km
               │ not in it
               └▶ nearest node of searoute's network, shortest paths (one Dijkstra run per port), kept in memory

A distance is the great circle from the port to the network, the way along the network, and the great circle to the
other port. Ships may use Suez and Panama, but not the north-west passage. The network is the one of searoute.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import polars as pl

from riskscore import folders
from riskscore.errors import ReferenceDataError
from riskscore.reference.places import ports
from riskscore.units import EARTH_RADIUS_KM

CLOSED = ("northwest",)
"""Passages of the network that merchant ships do not use."""

_PAIR = ["from_port", "to_port"]
_SCHEMA = {"from_port": pl.String, "to_port": pl.String, "km": pl.Float64}


def distances(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add `km` by sea to `pairs` (columns `from_port`, `to_port`: UN/LOCODEs), in the same order.

    `km` is null where a port is unknown or there is no way by sea, and 0 from a port to itself.
    Raises ReferenceDataError where the shipped table is missing or malformed.
    """
    wanted = pairs.select(_PAIR).drop_nulls().unique()
    known = wanted.join(shipped(), on=_PAIR, how="inner")
    rest = wanted.join(known, on=_PAIR, how="anti")
    km = pl.concat([known.select(list(_SCHEMA)), measure(rest)]) if rest.height else known
    return pairs.join(km, on=_PAIR, how="left", maintain_order="left")


@cache
def shipped() -> pl.DataFrame:
    """Return the table of distances, in both directions: `from_port`, `to_port`, `km`.

    Raises ReferenceDataError where the file is missing or malformed.
    """
    path = folders.reference() / "sea_distances.parquet"
    try:
        half = pl.read_parquet(path).select(pl.col(name).cast(dtype) for name, dtype in _SCHEMA.items())
    except (FileNotFoundError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise ReferenceDataError(
            f"sea distances {path} are missing or malformed ({reason}); make them again with tools/make_distances.py"
        ) from None
    back = half.filter(pl.col("from_port") != pl.col("to_port"))
    return pl.concat([half, back.select(from_port="to_port", to_port="from_port", km="km")])


def measure(pairs: pl.DataFrame) -> pl.DataFrame:
    """Measure distinct pairs on the network: `from_port`, `to_port`, `km`.

    Pairs with unknown ports, and pairs without a way by sea, are left out.
    """
    place = ports().select("locode", "lat", "lon")
    located = (
        pairs.select(
            _PAIR, first=pl.min_horizontal(_PAIR), second=pl.max_horizontal(_PAIR)
        )  # both directions are the same path
        .join(place.rename({"lat": "lat1", "lon": "lon1"}), left_on="first", right_on="locode")
        .join(place.rename({"lat": "lat2", "lon": "lon2"}), left_on="second", right_on="locode")
        .sort("first")
    )
    if located.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    network = _network()
    km = []
    for (_,), group in located.group_by("first", maintain_order=True):
        start = _point(group["lat1"].head(1), group["lon1"].head(1))
        ends = _point(group["lat2"], group["lon2"])
        near, far = network.nearest(start), network.nearest(ends)
        along = _paths(int(near[0]))[far]
        total = along + _arc(start, network.points[near]) + _arc(ends, network.points[far])
        km.append(np.where((group["first"] == group["second"]).to_numpy(), 0.0, total))
    length = pl.Series("km", np.concatenate(km))
    return located.select(_PAIR).with_columns(length).filter(pl.col("km").is_finite())


def way(from_port: str, to_port: str) -> list[tuple[float, float]]:
    """Return the way by sea between two ports, as (latitude, longitude) in degrees from the first to the second.

    Empty where a port is unknown or there is no way by sea. Longitudes continue beyond 180 degrees instead of jumping.
    """
    place = {locode: (lat, lon) for locode, lat, lon in ports().select("locode", "lat", "lon").iter_rows()}
    if from_port not in place or to_port not in place:
        return []
    network = _network()
    near, far = network.nearest(_point(*np.transpose([place[from_port], place[to_port]])))
    nodes = _nodes(int(near), int(far))
    if not nodes:
        return []
    points = network.points[nodes]
    lat, lon = np.degrees(np.arcsin(points[:, 2])), np.degrees(np.arctan2(points[:, 1], points[:, 0]))
    path = np.array([place[from_port], *zip(lat, lon, strict=True), place[to_port]])
    path[:, 1] = np.unwrap(path[:, 1], period=360)
    return [(float(north), float(east)) for north, east in path]


def _nodes(start: int, end: int) -> list[int]:
    """Nodes of the shortest path from `start` to `end`, both included; empty where there is none."""
    before = _steps(start)
    nodes = [end]
    while nodes[-1] != start:
        if before[nodes[-1]] < 0:
            return []
        nodes.append(int(before[nodes[-1]]))
    return nodes[::-1]


@lru_cache(maxsize=512)
def _steps(node: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    """For every node, the one before it on the shortest path from `node`; negative where there is none."""
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    _, before = dijkstra(_network().graph, directed=False, indices=node, return_predecessors=True)
    return np.asarray(before, dtype=np.int32)


@dataclass(frozen=True)
class _Network:
    points: np.ndarray[Any, np.dtype[np.float64]]
    """Nodes as points of the unit sphere, [n, 3]."""
    graph: Any
    """Kilometres between neighbouring nodes, sparse [n, n]."""
    tree: Any

    def nearest(self, points: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Index of the node nearest to each of `points` [m, 3]."""
        return np.asarray(self.tree.query(points)[1], dtype=np.int64)


@cache
def _network() -> _Network:
    from scipy.sparse import csr_array  # noqa: PLC0415  (scipy and the network are slow to import and rarely needed)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415
    from scipy.spatial import KDTree  # noqa: PLC0415
    from searoute.data.marnet_dict import edge_list  # noqa: PLC0415

    edges = [
        (*start, *end)
        for start, ends in edge_list.items()
        for end, about in ends.items()
        if about.get("passage") not in CLOSED
    ]
    line = np.asarray(edges, dtype=np.float64)
    start, end = _point(line[:, 1], line[:, 0]), _point(line[:, 3], line[:, 2])
    points, index = np.unique(np.round(np.concatenate([start, end]), 9), axis=0, return_inverse=True)
    index = index.reshape(-1)
    tail, head = index[: len(line)], index[len(line) :]
    km = np.maximum(_arc(points[tail], points[head]), 1e-3)  # a length of zero would mean no edge
    pair = pl.DataFrame({"tail": tail, "head": head, "km": km}).unique(["tail", "head"])
    size = len(points)
    graph = csr_array((pair["km"], (pair["tail"], pair["head"])), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    main = np.flatnonzero(part == np.bincount(part).argmax())
    return _Network(points[main], graph[main][:, main], KDTree(points[main]))


@lru_cache(maxsize=512)
def _paths(node: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Kilometres from `node` to every node of the network."""
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    return np.asarray(dijkstra(_network().graph, directed=False, indices=node), dtype=np.float64)


def _point(lat: Any, lon: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    phi, theta = np.radians(np.asarray(lat)), np.radians(np.asarray(lon))
    return np.stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], axis=1)


def _arc(
    start: np.ndarray[Any, np.dtype[np.float64]], end: np.ndarray[Any, np.dtype[np.float64]]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Great-circle kilometres between points of the unit sphere, row by row."""
    chord = np.linalg.norm(start - end, axis=1)
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2, 1.0)), dtype=np.float64)
