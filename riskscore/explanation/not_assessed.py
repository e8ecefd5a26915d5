"""Unseen: what a score could not take into account, first because this manifest leaves it out, then because any does.

matrix: an indicator without any value ─┐
facts: columns that it needs, and empty ┴─▶ "price per kg outside the market band: no declared value"
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
"""Columns whose names do not read as what they hold."""


def not_assessed(
    facts: pl.DataFrame, matrix: pl.DataFrame, catalogue: Catalogue, language: Language = ENGLISH
) -> pl.Series:
    """Texts for each row of `facts` and `matrix` (same rows, same order): a List[String] named `not_assessed`.

    An indicator counts as left out where none of its features has a value and a column that one of them needs is
    empty in the row.
    """

    def say_flag(number: int) -> str:
        return language.say(catalogue.flags[number])

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
        missing = [_missing(facts[need], language) for need in needs if need in facts.columns]
        if missing:
            told = pl.concat_list(missing).list.drop_nulls()
            before, after = _around("columns", language.say("{flag}: no {columns}"), flag=say_flag(number))
            between = language.say(", no ")
            text = pl.concat_str(pl.lit(before), told.list.join(between), pl.lit(after))
            texts.append(pl.when(pl.lit(silent[str(number)]) & (told.list.len() > 0)).then(text))
    texts += [
        pl.lit(language.say("{meaning}: not in this model yet", meaning=language.say(feature.meaning)))
        for feature in catalogue.pending
    ]
    texts += [
        pl.lit(language.say("{flag}: needs {need}", flag=say_flag(number), need=language.say(need)))
        for number, need in catalogue.unassessable.items()
    ]
    return facts.select(not_assessed=pl.concat_list(texts).list.drop_nulls())["not_assessed"]


def _around(name: str, template: str, **values: str) -> tuple[str, str]:
    """What stands before and after the field `name` of a template, its other fields filled with `values`."""
    before, _, after = template.partition(f"{{{name}}}")
    return before.format(**values), after.format(**values)


def _missing(values: pl.Series, language: Language) -> pl.Expr:
    """The column's name in words where it is empty, else null."""
    empty = values.is_null()
    if isinstance(values.dtype, pl.List):
        empty |= (values.list.len() == 0).fill_null(False)
    if values.dtype == pl.String:
        empty |= (values.str.strip_chars() == "").fill_null(False)
    return pl.when(pl.lit(empty)).then(pl.lit(language.say(in_words(values.name))))


def in_words(column: str) -> str:
    """What a column holds, in words, such as `gross weight`."""
    return _WORDS.get(column, column.replace("_", " "))
