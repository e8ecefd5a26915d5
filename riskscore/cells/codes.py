"""Codes in their usual form: capitals, and no blanks or dashes in a container's number."""

from __future__ import annotations

import polars as pl

from riskscore.cells import texts

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
        return number.zip_with(number.is_not_null(), upper)
    return upper
