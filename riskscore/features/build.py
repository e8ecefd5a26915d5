"""From consignments to a matrix: one Float32 column a feature, in the catalogue's order.

    rows ─▶ facts (parties, countries, goods, ledger, voyage) ─▶ one expression a feature ─▶ matrix
                     └──────────── evidence: what the sentences quote ───────────┘

The facts are joined once; each feature is then a function of them, found by its name in the catalogue. A name
on one side only is a CatalogueError.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from types import ModuleType

import polars as pl

from riskscore import reference
from riskscore.errors import CatalogueError
from riskscore.features import cargo, container, documents, goods, own, parties, routing, voyage
from riskscore.features.catalogue import Catalogue, load
from riskscore.features.distinct import AT, beside, distinct
from riskscore.history import ledger
from riskscore.history.keys import goods_and_places
from riskscore.history.past import NOTHING, Past
from riskscore.parties.resolve import IDS, Names
from riskscore.schema import KEY

_MODULES: dict[str, ModuleType] = {
    "goods": goods,
    "routing": routing,
    "parties": parties,
    "cargo": cargo,
    "documents": documents,
    "container": container,
    "voyage": voyage,
}


def functions() -> dict[str, Callable[[], pl.Expr]]:
    """Feature name -> function, in the catalogue's order. Raises CatalogueError on a stray on either side."""
    coded = {
        name: function
        for module in _MODULES.values()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and name != "prepare"
    }
    declared = load().names
    strays = {
        "declared in features/ but not computed": sorted(set(declared) - set(coded)),
        "computed but not declared in features/": sorted(set(coded) - set(declared)),
    }
    if any(strays.values()):
        raise CatalogueError("; ".join(f"{where}: {', '.join(names)}" for where, names in strays.items() if names))
    return {name: coded[name] for name in declared}


def build(rows: pl.DataFrame, past: Past = NOTHING, catalogue: Catalogue | None = None) -> pl.DataFrame:
    """Compute every feature of `catalogue` (the shipped one by default) for `rows`, one row each, in their order.

    The history may hold `rows` themselves, for training: only days strictly before a row's own count for it. Frames
    have canonical columns and, of a service that has them, its own fields. Returns KEY, `filed_at` and one Float32
    column a feature.
    """
    return matrix(facts(rows, past, catalogue), catalogue)


def matrix(facts: pl.DataFrame, catalogue: Catalogue | None = None) -> pl.DataFrame:
    """Compute the features from ready `facts` of the same catalogue."""
    wanted = catalogue or load()
    values = {name: function() for name, function in functions().items()} | own.expressions(wanted.settings)
    return facts.select(
        *KEY, "filed_at", *(_finite(values[name].cast(pl.Float32)).alias(name) for name in wanted.names)
    )


def _finite(value: pl.Expr) -> pl.Expr:
    """Infinite and undefined values are missing ones."""
    return pl.when(value.is_finite()).then(value)


def facts(rows: pl.DataFrame, past: Past = NOTHING, catalogue: Catalogue | None = None) -> pl.DataFrame:
    """Everything that features and sentences read, one row a consignment, in the order of `rows`.

    With balances, the history and the outcomes of `past` are only what the balances do not hold yet, and `rows` say
    when each consignment `started`; see `ledger.history`.
    """
    wanted = catalogue or load()
    none = rows.clear()
    log, versions = (none if frame is None else frame for frame in (past.history, past.earlier))

    def know(named: Future[list[pl.DataFrame]]) -> pl.DataFrame:
        """The ledger's answers, which wait for the parties alone."""
        rows, log, versions = named.result()
        return ledger.history(rows, replace(past, history=log, earlier=versions), wanted.profiles)

    with ThreadPoolExecutor(2) as pool:  # what is read in the rows, who they are and what was before: side by side
        named = pool.submit(_named, [rows, log, versions])
        history = pool.submit(know, named)
        base = _countries(goods_and_places(own.apart(rows, wanted.settings)).with_row_index("row")).with_columns(
            day=pl.col("filed_at").dt.date()
        )
        base = parties.prepare(routing.prepare(base))
        base = container.prepare(cargo.prepare(goods.prepare(base)))
        rows, _, versions = named.result()
        base = own.prepare(voyage.prepare(base.with_columns(rows.select(*IDS))), wanted.settings)
        return pl.concat([documents.prepare(base, versions), history.result()], how="horizontal")


def _named(frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """Add the ids of all parties to each of `frames`, as hashes: they are only compared. Each name is read once."""
    names = Names.of(*frames)
    return [names.keys(frame) for frame in frames]


def _countries(facts: pl.DataFrame) -> pl.DataFrame:
    """Add the country of each place, and fill in what origin and destination leave open."""
    ports, states = reference.ports(), reference.countries()
    known = pl.DataFrame({"place": ports["locode"], "known": ports["country"]})

    def located(places: pl.DataFrame) -> pl.DataFrame:
        """Country of a known port; else the code's own first two letters, where it looks like a UN/LOCODE."""
        prefix = pl.col("place").str.slice(0, 2)
        coded = (pl.col("place").str.len_chars() == 5) & prefix.is_in(states["code"].to_list())
        found = places.join(known, on="place", how="left")
        return found.select(AT, country=pl.coalesce("known", pl.when(coded).then(prefix)))

    for place, name in _PLACES.items():
        answers = located(distinct(facts, [place]).rename({place: "place"}))
        facts = beside(facts, [place], answers.rename({"country": name}))
    return facts.with_columns(
        origin=pl.coalesce("origin_country", "loading_country"),
        destination=pl.coalesce("destination_country", "delivery_country", "discharge_country"),
    )


_PLACES = {
    "port_of_loading": "loading_country",
    "port_of_discharge": "discharge_country",
    "place_of_delivery": "delivery_country",
    "place_of_receipt": "receipt_country",
}
"""Columns with places -> the columns with their countries."""
