"""Evidence: what the reasons quote, in the words that an inspector reads.

Codes become names, lists become text, long texts are cut. Only rows that are explained need it, so it is kept out
of the facts that every row gets.
"""

from __future__ import annotations

import polars as pl

from riskscore import reference
from riskscore.features.lookups import strength

GOODS_LENGTH = 70
"""Characters of a description that a sentence quotes."""

_ILLICIT = {
    "cigarettes": "cigarette smuggling",
    "counterfeits": "counterfeit goods",
    "waste": "illegal waste",
    "weapons": "arms trafficking",
    "precursors": "drug precursors",
}


def evidence(facts: pl.DataFrame) -> pl.DataFrame:
    """Add to `facts` (any number of rows, order kept) the names and texts that reason sentences quote."""
    ports, states = reference.ports(), reference.countries()
    place = dict(zip(ports["locode"], ports["name"] + " (" + ports["locode"] + ")", strict=True))
    country = dict(zip(states["code"], states["name"], strict=True))
    hubs = pl.col("transhipment_ports").list.eval(pl.element().replace(place)).list.join(", ", ignore_nulls=True)
    stops = pl.concat_list(
        "port_of_loading", pl.col("transhipment_ports").fill_null([]), "port_of_discharge"
    ).list.drop_nulls()
    return facts.with_columns(
        origin_name=pl.col("origin").replace(country),
        destination_name=pl.col("destination").replace(country),
        loading_name=pl.col("port_of_loading").replace(place),
        discharge_name=pl.col("port_of_discharge").replace(place),
        hubs=hubs,
        route=stops.list.eval(pl.element().replace(place)).list.join(" - "),
        lane=pl.concat_str("port_of_loading", pl.lit("-"), "port_of_discharge"),
        goods=_short("goods_description"),
        was_goods=_short("was_goods_description"),
        hs_code=pl.col("hs_codes").list.first(),
        seals=pl.col("seal_numbers").list.join(", ", ignore_nulls=True),
        illicit_kind=_illicit(),
        weight_ratio=(pl.col("gross_weight_kg").log() - pl.col("consignee_weight_mean_log")).exp(),
        version_number=pl.max_horizontal(pl.col("versions_before") + 1, pl.col("version").fill_null(1)),
    )


def _short(column: str) -> pl.Expr:
    text = pl.col(column).cast(pl.String).str.replace_all(r"\s+", " ").str.strip_chars()
    cut = text.str.slice(0, GOODS_LENGTH - 3).str.strip_chars_end() + "..."
    return pl.when(text.str.len_chars() > GOODS_LENGTH).then(cut).otherwise(text)


def _illicit() -> pl.Expr:
    """Which of the other illicit trades the way from origin to destination is strongest in."""
    strengths = [strength("origin", kind, "source") * strength("destination", kind, "market") for kind in _ILLICIT]
    strongest = pl.concat_list(strengths).list.arg_max()
    return strongest.replace_strict(list(range(len(_ILLICIT))), list(_ILLICIT.values()), default=None)
