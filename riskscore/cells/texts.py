"""Clean texts: one line, no control characters or entities such as &amp;, composed letters (NFC), limited length."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import polars as pl

_ENTITIES = {"&amp;": "&", "&quot;": '"', "&apos;": "'", "&#39;": "'", "&lt;": "<", "&gt;": ">", "&nbsp;": " "}
_ASCII_DIRTY = r"[\x00-\x1f\x7f]|  |^ | $|^$|&(?:[a-z]{2,4}|#39);"
_DIRTY = r"&(?:[a-z]{2,4}|#39);|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|[\p{Zs}&&[^ ]]|  |^ | $|^$|\p{M}|[\x{1100}-\x{11FF}\x{FFFD}]"
_INVISIBLE = r"\p{Cf}"
_BLANK = r"[\p{Cc}\p{Z}\s]+"


def clean(texts: pl.Series, limit: int | None, empty: str | None = None) -> tuple[pl.Series, int]:
    """Clean `texts` (String) and cut them to `limit` characters (None: no limit); blank texts become null.

    So do texts that the pattern `empty` matches, such as words for nothing. One search finds these and the unclean.

    Returns the texts in their order, and how many were cut.
    """
    text = pl.col("text").str
    size = pl.DataFrame({"text": texts}).select(bytes=text.len_bytes().sum(), characters=text.len_chars().sum()).row(0)
    is_ascii = size[0] == size[1]
    unclean = _ASCII_DIRTY if is_ascii else _DIRTY
    is_dirty = texts.str.contains(f"{unclean}|{empty}" if empty else unclean)
    if is_dirty.any():
        dirty = is_dirty.fill_null(False).arg_true()
        cleaned = (
            texts.gather(dirty)
            .str.replace_many(_ENTITIES)
            .str.replace_all(_INVISIBLE, "")
            .str.replace_all(_BLANK, " ")
            .str.strip_chars()
        )
        cleaned = cleaned.str.normalize("NFC")
        is_empty = cleaned.str.contains(f"^$|{empty}") if empty else cleaned == ""
        texts = texts.scatter(dirty, cleaned.set(is_empty, None))
    if limit is None:
        return texts, 0
    is_long = texts.str.len_chars() > limit
    if not is_long.any():
        return texts, 0
    long = is_long.fill_null(False).arg_true()
    return texts.scatter(long, texts.gather(long).str.slice(0, limit).str.strip_chars_end()), long.len()


def as_text(values: pl.Series) -> pl.Series:
    """Turn a column of any type into String; whole floats lose '.0', lists are joined with '|', structs become JSON."""
    dtype = values.dtype
    if dtype == pl.String:
        return values
    if dtype.is_float():
        is_whole = values.is_finite() & (values == values.floor()) & (values.abs() < 1e15)
        text = values.cast(pl.String)
        return text.zip_with(~is_whole.fill_null(False), values.cast(pl.Int64, strict=False).cast(pl.String))
    if isinstance(dtype, pl.List) and not dtype.inner.is_nested():
        return values.cast(pl.List(pl.String)).list.drop_nulls().list.join("|")
    if dtype.is_nested():
        frame = pl.DataFrame({"x": values})
        nested = frame.select(pl.struct("x").struct.json_encode().str.strip_prefix('{"x":').str.head(-1))
        return nested.to_series().zip_with(values.is_not_null(), pl.Series([None], dtype=pl.String))
    return values.cast(pl.String, strict=False)


def by_distinct(values: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Apply `read` to each distinct text once. Where it changes none, the result is `values` itself."""
    distinct = values.drop_nulls().unique()
    results = read(distinct)
    changed = distinct.ne_missing(results)
    if not changed.any():
        return values
    table = pl.DataFrame({"text": distinct, "result": results})
    joined = pl.DataFrame({"text": values}).join(table, on="text", how="left", maintain_order="left")
    return joined["result"].alias(values.name)


def split(texts: pl.Series, separators: str) -> pl.Series:
    """Split `texts` (or JSON arrays) into lists at the pattern `separators`; no blanks or repeats, empty is null."""
    plain = texts.str.replace_all(r'[\[\]"]', " ").str.replace_all(separators, "|").str.split("|")
    parts = plain.list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))
    parts = parts.list.unique(maintain_order=True)
    return pl.select(pl.when(parts.list.len() > 0).then(parts)).to_series().alias(texts.name)


def without_accents(text: str) -> str:
    """`text` in its compatible form (NFKD), without the accents of its letters."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
