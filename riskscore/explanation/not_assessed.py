"""Not assessed: red flags that a score could not take into account, because this manifest or any manifest lacks data.

matrix: an indicator without any value ─┐
facts: the empty columns that it needs ─┴─▶ "price per kg outside the market band: no declared value"
"""

from __future__ import annotations

import polars as pl

from riskscore.features.catalogue import Catalogue
from riskscore.language import ENGLISH, Language, mark

_WORDS = {
    "arrives_at": mark("date of arrival"),
    "declared_value": mark("declared value"),
    "gross_weight_kg": mark("gross weight"),
    "hs_codes": mark("HS code"),
    "loaded_at": mark("date of loading"),
    "seal_numbers": mark("seal number"),
    "temperature_c": mark("temperature"),
    "transhipment_ports": mark("ports of transhipment"),
    "vessel_imo": mark("IMO number of the vessel"),
    "volume_m3": mark("volume"),
}
"""Columns whose names are not readable as they are."""


def not_assessed(
    facts: pl.DataFrame, matrix: pl.DataFrame, catalogue: Catalogue, language: Language = ENGLISH
) -> pl.Series:
    """List what could not be assessed, for n rows of `facts` and `matrix` in the same order.

    Returns n lists of texts (List[String]) named `not_assessed`: indicators of which no feature has a value because a
    column that one of them needs is empty, features that are not in the model yet, and the red flags that no manifest
    can answer, with what they need.
    """

    def say_flag(number: int) -> str:
        return language.say(catalogue.flags[number])

    members: dict[int, list[str]] = {}
    for feature in catalogue.features.values():
        for number in feature.indicators:
            members.setdefault(number, []).append(feature.name)
    without_value = matrix.select(
        pl.all_horizontal(pl.col(names).is_null()).alias(str(number)) for number, names in sorted(members.items())
    )
    texts = [pl.lit(pl.repeat(None, facts.height, dtype=pl.String, eager=True))]  # there may be no rows
    for number in (int(name) for name in without_value.columns if without_value[name].any()):
        needs = dict.fromkeys(need for name in members[number] for need in catalogue.features[name].needs)
        missing = [_missing(facts[need], language) for need in needs if need in facts.columns]
        if missing:
            empty = pl.concat_list(missing).list.drop_nulls()
            before, after = _around("columns", language.say("{flag}: no {columns}"), flag=say_flag(number))
            between = language.say(", no ")
            text = pl.concat_str(pl.lit(before), empty.list.join(between), pl.lit(after))
            texts.append(pl.when(pl.lit(without_value[str(number)]) & (empty.list.len() > 0)).then(text))
    texts += [
        pl.lit(language.say("{meaning}: not in this model yet", meaning=language.say(feature.meaning)))
        for feature in catalogue.pending
    ]
    texts += [pl.lit(needs_data(number, catalogue, language)) for number in catalogue.unassessable]
    return facts.select(not_assessed=pl.concat_list(texts).list.drop_nulls())["not_assessed"]


def _around(name: str, template: str, **values: str) -> tuple[str, str]:
    """The text before and after the field `name` of a template, with its other fields filled from `values`."""
    before, _, after = template.partition(f"{{{name}}}")
    return before.format(**values), after.format(**values)


def _missing(values: pl.Series, language: Language) -> pl.Expr:
    """The column's readable name in rows where it is empty, else null."""
    empty = values.is_null()
    if isinstance(values.dtype, pl.List):
        empty |= (values.list.len() == 0).fill_null(False)
    if values.dtype == pl.String:
        empty |= (values.str.strip_chars() == "").fill_null(False)
    return pl.when(pl.lit(empty)).then(pl.lit(language.say(in_words(values.name))))


def needs_data(number: int, catalogue: Catalogue, language: Language = ENGLISH) -> str:
    """Say what it would take to assess the red flag `number`, which no manifest can answer."""
    flag, need = language.say(catalogue.flags[number]), language.say(catalogue.unassessable[number])
    return language.say("{flag}: needs {need}", flag=flag, need=need)


def in_words(column: str) -> str:
    """Return the readable name of a column, such as `gross weight`."""
    return _WORDS.get(column, column.replace("_", " "))
