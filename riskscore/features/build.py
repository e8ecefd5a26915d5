"""From consignments to a matrix: one Float32 column a feature, in the catalogue's order.

    rows ─▶ facts (parties, countries, goods, ledger, voyage) ─▶ one expression a feature ─▶ matrix
                     └──────────── evidence: what the sentences quote ───────────┘

The facts are joined once; each feature is then a function of them, found by its name in the catalogue. A name
on one side only is a CatalogueError.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType

import polars as pl

from riskscore import reference
from riskscore.errors import CatalogueError
from riskscore.features import cargo, catalogue, container, documents, goods, parties, routing, voyage
from riskscore.history import ledger, profiles
from riskscore.manifest.schema import KEY
from riskscore.parties.resolve import add_party_ids

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
    declared = catalogue.load().names
    strays = {
        "declared in features/ but not computed": sorted(set(declared) - set(coded)),
        "computed but not declared in features/": sorted(set(coded) - set(declared)),
    }
    if any(strays.values()):
        raise CatalogueError(
            "; ".join(f"{where}: {', '.join(names)}" for where, names in strays.items() if names)
        )
    return {name: coded[name] for name in declared}


def build(
    rows: pl.DataFrame,
    *,
    log: pl.DataFrame | None = None,
    outcomes: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Compute every feature of `rows` (canonical columns), one row each, in their order.

    `log` holds consignments filed before (and may hold `rows` themselves, for training); only days strictly
    before a row's own count for it. `outcomes` count from the day on which they became known. `earlier` holds
    superseded versions of the same consignments. Returns KEY, `filed_at` and one Float32 column a feature.
    """
    return matrix(facts(rows, log=log, outcomes=outcomes, earlier=earlier))


def matrix(facts: pl.DataFrame) -> pl.DataFrame:
    """Compute the features from ready `facts`."""
    return facts.select(
        *KEY,
        "filed_at",
        *(_finite(function().cast(pl.Float32)).alias(name) for name, function in functions().items()),
    )


def _finite(value: pl.Expr) -> pl.Expr:
    """Infinite and undefined values are missing ones."""
    return pl.when(value.is_finite()).then(value)


def facts(
    rows: pl.DataFrame,
    *,
    log: pl.DataFrame | None = None,
    outcomes: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Everything that features and sentences read, one row a consignment, in the order of `rows`."""
    base = _countries(ledger.keys(add_party_ids(rows)).with_row_index("row"))
    base = base.with_columns(day=pl.col("filed_at").dt.date())
    past = log if log is not None else rows.clear()
    history = ledger.history(rows, past, outcomes, profiles.load(), earlier=earlier)
    base = pl.concat([base, history], how="horizontal")
    base = parties.prepare(routing.prepare(base))
    base = container.prepare(voyage.prepare(cargo.prepare(goods.prepare(base))))
    return documents.prepare(base, None if earlier is None else add_party_ids(earlier))


def _countries(facts: pl.DataFrame) -> pl.DataFrame:
    """Join the country of each place, and fill in what origin and destination leave open."""
    country = reference.ports().select("locode", "country")
    places = {
        "port_of_loading": "loading_country",
        "port_of_discharge": "discharge_country",
        "place_of_delivery": "delivery_country",
        "place_of_receipt": "receipt_country",
    }
    known = dict(zip(country["locode"], country["country"], strict=True))
    states = reference.countries()
    codes = states["code"].to_list()
    landlocked = dict(zip(codes, states["landlocked"], strict=True))
    volume = reference.country_trade()
    imports = dict(zip(volume["country"], volume["teu_import"].cast(pl.Float64), strict=True))

    def lookup(column: str, table: dict[str, object], dtype: type[pl.DataType]) -> pl.Expr:
        return pl.col(column).replace_strict(
            list(table), list(table.values()), default=None, return_dtype=dtype
        )

    return (
        facts.with_columns(
            pl.coalesce(
                lookup(place, known, pl.String),  # type: ignore[arg-type]
                pl.when(
                    pl.col(place).str.slice(0, 2).is_in(codes) & (pl.col(place).str.len_chars() == 5)
                ).then(pl.col(place).str.slice(0, 2)),
            ).alias(name)
            for place, name in places.items()
        )
        .with_columns(
            origin=pl.coalesce("origin_country", "loading_country"),
            destination=pl.coalesce("destination_country", "delivery_country", "discharge_country"),
        )
        .with_columns(
            origin_landlocked=lookup("origin", landlocked, pl.Boolean),  # type: ignore[arg-type]
            destination_landlocked=lookup("destination", landlocked, pl.Boolean),  # type: ignore[arg-type]
            destination_teu=lookup("destination", imports, pl.Float64).fill_null(0.0),  # type: ignore[arg-type]
        )
    )
