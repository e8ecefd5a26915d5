"""Look texts up in long tables: by halving a sorted column, so that no call has to index the table again.

names ─▶ listed: sorted, once a process ─▶ among: is each text in it?   ─▶ beside: what stands beside each text
"""

from __future__ import annotations

import polars as pl


def listed(names: pl.Series) -> pl.Series:
    """`names` sorted for `among`, each once and no nulls."""
    return names.drop_nulls().unique().sort()


def keyed(table: pl.DataFrame, key: str) -> pl.DataFrame:
    """`table` sorted by its column `key` for `beside`; each key must be there once, and not be null."""
    return table.sort(key)


def among(texts: pl.Expr, names: pl.Series) -> pl.Expr:
    """Whether each of `texts` is one of `names`, which are `listed`; null where there is no text."""
    if names.is_empty():
        return pl.when(texts.is_not_null()).then(pl.lit(False))
    return _at(names, texts, names) == texts


def beside(texts: pl.Expr, table: pl.DataFrame, key: str, value: str) -> pl.Expr:
    """What `table`, which is `keyed`, has in `value` in the row of each of `texts`; null where it has no such row."""
    keys = table[key]
    if keys.is_empty():
        return pl.lit(None, table.schema[value])
    return pl.when(_at(keys, texts, keys) == texts).then(_at(keys, texts, table[value]))


def _at(keys: pl.Series, texts: pl.Expr, values: pl.Series) -> pl.Expr:
    """The one of `values` beside the first of `keys` that is not less than each of `texts`."""
    return pl.lit(values).gather(pl.lit(keys).search_sorted(texts).clip(0, keys.len() - 1))
