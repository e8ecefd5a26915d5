"""Search published cases and inspected consignments by text; a hit lists the parts of the query that fit.

query ─▶ Query ─▶ points for each case and inspected consignment ─▶ best first, with what fits and what does not
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from riskscore.cases import library, places
from riskscore.cases.inspected import MOST, RowReader, as_filed, choose
from riskscore.cases.query import Place, Query, of_commodity, of_goods, of_place, of_years
from riskscore.cases.traits import Subject, of_case, of_row, traits
from riskscore.schema import KEY

SAME_COUNTRY = 0.7
"""Points for a port if the case has another port of the same country."""

SOMEWHERE = 0.3
"""Points for a part of the world if the case has no country, but a region that overlaps."""

LATER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Hit:
    """One case that fits: its `source` (published or inspected), its `id` (or bill and container), and its facts.

    `fit` is the share of the query's parts that fit; `fits` and `misses` list them.
    """

    source: str
    id: str
    year: int | None
    finding: str
    commodity: tuple[str, ...]
    quantity_kg: float | None
    goods: str
    origin: str
    via: tuple[str, ...]
    to: tuple[str, ...]
    fit: float
    fits: tuple[str, ...]
    misses: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """Return the hit as a dict for JSON."""
        return asdict(self)


def search(query: Query, inspected: pl.DataFrame | None = None, *, top: int = 10) -> list[Hit]:
    """Return the `top` hits among the library and `inspected` (as `rows` gives them), best first, then newest.

    Inspections that found nothing are hits too, so that an officer sees both sides. Of equal hits seizures come first.
    """
    hits = [hit for hit in (*_of_library(query), *_of_rows(query, inspected)) if hit.fit > 0]
    return sorted(hits, key=lambda hit: (-hit.fit, hit.finding != "seizure", -(hit.year or 0), hit.id))[:top]


def rows(outcomes: pl.DataFrame, read_rows: RowReader, *, most: int = MOST, before: datetime = LATER) -> pl.DataFrame:
    """Return inspected consignments to search: `traits` with `finding`, `commodity` and `quantity_kg`, at most `most`.

    Only findings known `before` a moment count; arguments as in `inspected.gather`.
    """
    chosen = choose(outcomes, before, most)
    filed, _ = as_filed(read_rows(chosen.select(KEY)), chosen)
    findings = chosen.select(*KEY, "finding", "commodity", "quantity_kg")
    return traits(filed).join(findings, on=KEY, maintain_order="left")


def _of_library(query: Query) -> Iterator[Hit]:
    for case in library.load():
        one = of_case(case)
        yield _hit(query, one, ("published", case.id, "seizure"), case.quantity_kg)


def _of_rows(query: Query, inspected: pl.DataFrame | None) -> Iterator[Hit]:
    if inspected is None:
        return
    for row in inspected.iter_rows(named=True):
        name = f"{row['bill_of_lading']} {row['container_number']}"
        yield _hit(query, of_row(row), ("inspected", name, row["finding"]), row["quantity_kg"])


def _hit(query: Query, one: Subject, case: tuple[str, str, str], quantity: float | None) -> Hit:
    """`case` is source, id and finding."""
    source, name, finding = case
    parts = list(_parts(query, one))
    return Hit(
        source=source,
        id=name,
        year=one.year,
        finding=finding,
        commodity=one.commodities,
        quantity_kg=quantity,
        goods=one.goods,
        origin=one.loaded_at or one.origin or one.region,
        via=one.stops,
        to=one.ends,
        fit=round(sum(points for points, _ in parts) / max(len(parts), 1), 3),
        fits=tuple(text for points, text in parts if points),
        misses=tuple(text for points, text in parts if not points),
    )


def _parts(query: Query, one: Subject) -> Iterator[tuple[float, str]]:
    """Points and text of each part of the query: 1 if it fits, less if it nearly does, 0 if not."""
    for kinds in query.kinds:
        yield float(one.kind in kinds), of_goods(kinds)
    for names in query.commodities:
        yield float(bool(set(names) & set(one.commodities))), of_commodity(names)
    for place in query.places:
        yield _place(place, one), of_place(place)
    if query.years:
        first, last = query.years
        yield float(one.year is not None and first <= one.year <= last), of_years(query.years)


def _place(place: Place, one: Subject) -> float:
    stops = {
        "from": (one.loaded_at, one.origin),
        "via": one.stops,
        "to": one.ends,
        "anywhere": (one.loaded_at, one.origin, *one.stops, *one.ends),
    }[place.role]
    points = _at(place, stops)
    if not points and place.role in ("from", "anywhere") and one.region and len(place.countries) > 1:
        return SOMEWHERE if place.countries & places.members(one.region) else 0.0
    return points


def _at(place: Place, stops: Iterable[str]) -> float:
    stops = [stop for stop in stops if stop]
    if place.port and place.port in stops:
        return 1.0
    in_country = any(stop[:2] in place.countries for stop in stops)
    return (SAME_COUNTRY if place.port else 1.0) if in_country else 0.0
