"""Unseen: what a score could not take into account, first because this manifest leaves it out, then because any does.

matrix: an indicator without any value ─┐
facts: columns that it needs, and empty ┴─▶ "price per kg outside the market band: no declared value"
"""

from __future__ import annotations

import polars as pl

from riskscore.features.catalogue import Catalogue

_WORDS = {
    "arrives_at": "date of arrival",
    "declared_value": "declared value",
    "gross_weight_kg": "gross weight",
    "hs_codes": "HS code",
    "loaded_at": "date of loading",
    "seal_numbers": "seal number",
    "temperature_c": "temperature",
    "transhipment_ports": "ports of transhipment",
    "vessel_imo": "IMO number of the vessel",
    "volume_m3": "volume",
}
"""Columns whose names do not read as what they hold."""


def not_assessed(facts: pl.DataFrame, matrix: pl.DataFrame, catalogue: Catalogue) -> pl.Series:
    """Texts for each row of `facts` and `matrix` (same rows, same order): a List[String] named `not_assessed`.

    An indicator counts as left out where none of its features has a value and a column that one of them needs is
    empty in the row.
    """
    members: dict[int, list[str]] = {}
    for feature in catalogue.features.values():
        for number in feature.indicators:
            members.setdefault(number, []).append(feature.name)
    silent = matrix.select(
        pl.all_horizontal(pl.col(names).is_null()).alias(str(number)) for number, names in sorted(members.items())
    )
    texts = [pl.lit(pl.repeat(None, facts.height, dtype=pl.String, eager=True))]  # there may be no row at all
    for number in (int(name) for name in silent.columns if silent[name].any()):
        needs = dict.fromkeys(need for name in members[number] for need in catalogue.features[name].needs)
        missing = [_missing(facts[need]) for need in needs if need in facts.columns]
        if missing:
            told = pl.concat_list(missing).list.drop_nulls()
            text = pl.format("{}: no {}", pl.lit(catalogue.flags[number]), told.list.join(", no "))
            texts.append(pl.when(pl.lit(silent[str(number)]) & (told.list.len() > 0)).then(text))
    texts += [pl.lit(f"{catalogue.flags[number]}: needs {need}") for number, need in catalogue.unassessable.items()]
    return facts.select(not_assessed=pl.concat_list(texts).list.drop_nulls())["not_assessed"]


def _missing(values: pl.Series) -> pl.Expr:
    """The column's name in words where it is empty, else null."""
    empty = values.is_null()
    if isinstance(values.dtype, pl.List):
        empty |= (values.list.len() == 0).fill_null(False)
    if values.dtype == pl.String:
        empty |= (values.str.strip_chars() == "").fill_null(False)
    return pl.when(pl.lit(empty)).then(pl.lit(_WORDS.get(values.name, values.name.replace("_", " "))))
