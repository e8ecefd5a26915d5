"""Codes in their usual form: capitals, and no blanks or dashes in a container's number."""

from __future__ import annotations

import polars as pl

from riskscore.cells import texts

_FILLED_IN = ("consignee_id", "vessel_imo")
"""Columns of numbers that are filled in with one sign where they are not known: 0000000, 99999, XXX."""

CODES = ("container_number", "container_type", "consignee_id", "vessel_imo", "voyage")
"""Columns of codes."""


def code(column: str, text: pl.Series) -> pl.Series:
    """Canonical codes of a column of CODES: in capitals, and container numbers without blanks and dashes."""
    if column == "container_number":
        loose = text.str.contains(r"[^A-Z0-9]").fill_null(False).arg_true()
        tight = text.gather(loose).str.to_uppercase().str.replace_all(r"[\s./_-]+", "").replace("", None)
        return text.scatter(loose, tight)
    return texts.by_distinct(text, lambda distinct: _plain_code(column, distinct))


def _plain_code(column: str, distinct: pl.Series) -> pl.Series:
    upper = distinct.str.to_uppercase()
    if column == "container_type":
        return upper.str.replace(r"^\d{1,2} ?[X\x{D7}*] ?([24LM][^+,;/&|]*)$", "$1")
    if column == "vessel_imo":
        number = upper.str.extract(r"(?:^|\D)(\d{7})(?:\D|$)", 1)
        upper = number.zip_with(number.is_not_null(), upper)
    return _without_fillers(upper) if column in _FILLED_IN else upper


def _without_fillers(numbers: pl.Series) -> pl.Series:
    """`numbers` that are not one sign repeated: such a number is nobody's, and would make many parties one."""
    plain = pl.col("number").str.replace_all(r"[^\p{L}\p{N}]", "")
    is_one_sign = plain.str.strip_chars(plain.str.head(1)) == ""
    is_filler = is_one_sign & ((plain.str.len_chars() >= 3) | (plain.str.head(1) == "0"))
    return numbers.to_frame("number").select(pl.when(~is_filler).then("number").alias(numbers.name)).to_series()
