"""Traits by which consignments and published cases are compared.

canonical rows ─▶ traits: parties as ids, kind of goods, countries   ─┐
Case           ───────────────────────────────────────────────────────┴─▶ Subject: origin, stops, ends, goods
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from riskscore import reference, schema
from riskscore.cases.library import Case
from riskscore.features import text
from riskscore.features.lookups import cover_kind_of_code
from riskscore.parties.resolve import IDS, add_party_ids
from riskscore.reference import country_of_place


def traits(rows: pl.DataFrame) -> pl.DataFrame:
    """Add to canonical `rows` party ids, `kind` of cover goods (null for others), `origin` and `destination`."""
    complete = schema.conform(rows, {**schema.COLUMNS, **{name: rows.schema[name] for name in schema.own(rows)}})
    codes = pl.col("hs_codes").list.first()
    with_ids = add_party_ids(complete).with_columns(
        *(codes.str.head(digits).alias(f"hs{digits}") for digits in (2, 4, 6)),
        wording=text.wording(text.first_line("goods_description")),
        origin=pl.coalesce("origin_country", country_of_place("port_of_loading")),
        destination=pl.coalesce(
            "destination_country", country_of_place("place_of_delivery"), country_of_place("port_of_discharge")
        ),
    )
    return with_ids.with_columns(kind=pl.coalesce(cover_kind_of_code(), _kind_of_words())).drop("hs2", "hs6", "wording")


@cache
def _places() -> frozenset[str]:
    """Every known UN/LOCODE and country."""
    return frozenset([*reference.places()["locode"], *reference.countries()["code"]])


def _known(places: list[str | None]) -> list[str]:
    """Those of `places` that are known; a text that is not understood has no country."""
    return [place for place in places if place in _places()]


@cache
def terms() -> dict[str, str]:
    """Term for cover goods, as `text.wording` gives it -> kind; the first kind if a term has several."""
    table = reference.cover_goods().drop_nulls("term").select(text.wording("term").alias("term"), "kind")
    table = table.filter(pl.col("term") != "").unique("term", keep="first", maintain_order=True)
    return dict(table.iter_rows())


def _kind_of_words() -> pl.Expr:
    """Kind of the longest term that `wording` contains as whole words."""
    padded = {f" {term} ": kind for term, kind in terms().items()}
    hits = pl.concat_str(pl.lit(" "), "wording", pl.lit(" ")).str.extract_many(list(padded), overlapping=True)
    longest = hits.list.eval(pl.element().sort_by(pl.element().str.len_chars(), descending=True)).list.first()
    return longest.replace_strict(padded, default=None, return_dtype=pl.String)


@dataclass(frozen=True, slots=True)
class Subject:
    """A consignment or a published case, for search and likeness; unknown values are empty.

    `stops` are the ports and countries on the route, `ends` those of discharge, delivery and destination.
    """

    goods: str
    kind: str
    commodities: tuple[str, ...]
    origin: str
    region: str
    loaded_at: str
    stops: tuple[str, ...]
    ends: tuple[str, ...]
    year: int | None

    @property
    def end_countries(self) -> frozenset[str]:
        """Countries of `ends`."""
        return frozenset(place[:2] for place in self.ends)


def of_case(case: Case) -> Subject:
    """Make the subject of a published case."""
    ends = [case.seized_at if case.stage == "import" else "", case.destination]
    stops = [*case.via, case.seized_at if case.stage == "transit" else ""]
    return Subject(
        goods=case.declared,
        kind=case.kind,
        commodities=case.commodity,
        origin=case.origin,
        region=case.region,
        loaded_at=case.loaded_at or (case.seized_at if case.stage == "export" else ""),
        stops=_distinct(stops),
        ends=_distinct(ends),
        year=case.year,
    )


def of_row(row: dict[str, Any]) -> Subject:
    """Make the subject of a row of `traits`, perhaps with the `commodity` that was found."""
    ends = [row["port_of_discharge"], row["place_of_delivery"], row["destination"]]  # in the order of the route
    return Subject(
        goods=row["goods_description"] or "",
        kind=row["kind"] or "",
        commodities=_distinct([row.get("commodity")]),
        origin=row["origin"] or "",
        region="",
        loaded_at=next(iter(_known([row["port_of_loading"]])), ""),
        stops=_distinct(_known(row["transhipment_ports"] or [])),
        ends=_distinct(_known(ends)),
        year=row["filed_at"].year if row["filed_at"] else None,
    )


def _distinct(values: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


PARTIES = tuple(IDS)
"""Columns with the ids of the parties."""
