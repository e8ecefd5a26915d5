"""Build: from consignments to a matrix with one Float32 column per feature, in the catalogue's order.

    rows ─▶ facts (parties, countries, goods, ledger, voyage) ─▶ one expression per feature ─▶ matrix
                     └──────────── evidence: what the sentences quote ───────────┘

The facts are joined once. Each feature is a function of them with the feature's name in the catalogue. A name that has
only a declaration or only a function is a CatalogueError.
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
from riskscore.features import (
    cargo,
    container,
    contraband,
    documents,
    goods,
    own,
    parties,
    routing,
    text,
    trade,
    voyage,
)
from riskscore.features.catalogue import Catalogue, load
from riskscore.features.distinct import HASH, distinct, join_by_hash
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
    "contraband": contraband,
}


def functions() -> dict[str, Callable[[], pl.Expr]]:
    """Return the function of each feature by name, in the catalogue's order.

    Raises CatalogueError if a feature is declared but not computed, or computed but not declared.
    """
    coded = {
        name: function
        for module in _MODULES.values()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and name != "prepare"
    }
    names = load().names
    strays = {
        "declared in features/ but not computed": sorted(set(names) - set(coded)),
        "computed but not declared in features/": sorted(set(coded) - set(names)),
    }
    if any(strays.values()):
        raise CatalogueError("; ".join(f"{where}: {', '.join(some)}" for where, some in strays.items() if some))
    return {name: coded[name] for name in names}


def build(rows: pl.DataFrame, past: Past = NOTHING, catalogue: Catalogue | None = None) -> pl.DataFrame:
    """Compute all features of `catalogue` (by default the shipped one) for n `rows`; rows keep their order.

    Frames have canonical columns, and the service's own fields if it has any. For training, the history may include
    `rows` themselves, because only days strictly before a row's filing day count for it.

    Returns n rows with KEY, `filed_at` and one Float32 column per feature, in the unit that the catalogue states; null
    where there is no value. Raises CatalogueError if declarations and functions do not match, and SettingsError if an
    own field needs a column that no row has.
    """
    return matrix(facts(rows, past, catalogue), catalogue)


def matrix(facts: pl.DataFrame, catalogue: Catalogue | None = None) -> pl.DataFrame:
    """Compute the features from `facts` that were made with the same catalogue; returns and raises as `build`."""
    chosen = catalogue or load()
    values = {name: function() for name, function in functions().items()} | own.expressions(chosen.settings)
    return facts.select(
        *KEY, "filed_at", *(_finite(values[name].cast(pl.Float32)).alias(name) for name in chosen.names)
    )


def _finite(value: pl.Expr) -> pl.Expr:
    """Turn infinite and undefined values into null."""
    return pl.when(value.is_finite()).then(value)


def load_tables() -> None:
    """Build and keep the tables that goods are compared with, so that a thread with nothing to do saves this later."""
    text.lexicon()
    text.foreign_words()
    for flow in ("export", "import"):
        for digits in (4, 2):
            trade.table(flow, digits)


def facts(rows: pl.DataFrame, past: Past = NOTHING, catalogue: Catalogue | None = None) -> pl.DataFrame:
    """Return all values that features and sentences use: one row per consignment, in the order of `rows`.

    If `past` has balances, its history and outcomes hold only what the balances do not include yet, and `rows` have the
    column `started`; see `ledger.history`. Raises SettingsError as `build`.
    """
    chosen = catalogue or load()
    empty = rows.clear()
    log, versions = (empty if frame is None else frame for frame in (past.history, past.earlier))

    def look_up_history(with_ids: Future[list[pl.DataFrame]]) -> pl.DataFrame:
        """Get the ledger's columns, which need only the party ids."""
        rows, log, versions = with_ids.result()
        return ledger.history(rows, replace(past, history=log, earlier=versions), chosen.profiles)

    with ThreadPoolExecutor(2) as pool:  # party ids and history are computed next to the other facts
        with_ids = pool.submit(_with_party_ids, [rows, log, versions])
        history = pool.submit(look_up_history, with_ids)
        base = _countries(goods_and_places(own.prefixed(rows, chosen.settings)).with_row_index("row")).with_columns(
            day=pl.col("filed_at").dt.date()
        )
        base = parties.prepare(routing.prepare(base))
        base = contraband.prepare(container.prepare(cargo.prepare(goods.prepare(base))))
        rows, _, versions = with_ids.result()
        base = own.prepare(voyage.prepare(base.with_columns(rows.select(*IDS))), chosen.settings)
        return pl.concat([documents.prepare(base, versions), history.result()], how="horizontal")


def _with_party_ids(frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """Add the ids of all parties to each of `frames`, as hashes for comparison only. Each name is read once."""
    names = Names.of(*frames)
    return [names.keys(frame) for frame in frames]


def _countries(facts: pl.DataFrame) -> pl.DataFrame:
    """Add the country of each place, and take origin and destination from the ports where they are not declared."""
    for place, name in _PLACES.items():
        countries = distinct(facts, [place]).select(HASH, reference.country_of_place(place).alias(name))
        facts = join_by_hash(facts, [place], countries)
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
"""Column with a place -> column with its country."""
