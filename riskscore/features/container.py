"""Container: its number, its type, its seals and its earlier consignments."""

from __future__ import annotations

import numpy as np
import polars as pl

LENGTH = 11
"""Characters of a container number: owner and category, six digits, a check digit (ISO 6346)."""

_LETTERS = 4
_CATEGORIES = b"UJZ"
_VALUES = np.zeros(256, dtype=np.int64)
"""Value of each character for the check digit: digits as they are, A to Z as 10 to 38 without multiples of 11."""
_VALUES[list(b"0123456789")] = range(10)
_VALUES[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")] = [value for value in range(10, 39) if value % 11]


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Add whether the number is well formed, and whether its check digit is right. Rows keep their order."""
    return facts.with_columns(_check_numbers(facts["container_number"]))


def _check_numbers(numbers: pl.Series) -> list[pl.Series]:
    """Return `number_well_formed`, and `check_digit_right`: null where there are not four letters and seven digits."""
    rows = ((numbers.str.len_bytes() == LENGTH) & (numbers.str.len_chars() == LENGTH)).fill_null(False).arg_true()
    text = numbers.gather(rows).str.join("").item() if rows.len() else ""
    code = np.frombuffer(text.encode(), dtype=np.uint8).reshape(-1, LENGTH)
    letters, digits = code[:, :_LETTERS], code[:, _LETTERS:]
    readable = ((letters >= ord("A")) & (letters <= ord("Z"))).all(axis=1)
    readable &= ((digits >= ord("0")) & (digits <= ord("9"))).all(axis=1)
    well_formed = readable & np.isin(code[:, _LETTERS - 1], list(_CATEGORIES))
    total = _VALUES[code[:, :-1]] @ (1 << np.arange(LENGTH - 1))
    matches = pl.Series(total % 11 % 10 == _VALUES[code[:, -1]])
    false = pl.repeat(False, numbers.len(), dtype=pl.Boolean, eager=True)
    unknown = pl.repeat(None, numbers.len(), dtype=pl.Boolean, eager=True)
    return [
        false.scatter(rows, pl.Series(well_formed))
        .zip_with(numbers.is_not_null(), unknown)
        .alias("number_well_formed"),
        unknown.scatter(rows.filter(pl.Series(readable)), matches.filter(pl.Series(readable))).alias(
            "check_digit_right"
        ),
    ]


def check_digit_wrong() -> pl.Expr:
    """The container number fails its ISO 6346 check digit."""
    return ~pl.col("check_digit_right")


def number_malformed() -> pl.Expr:
    """The container number is not four letters (owner and category U, J or Z) and seven digits."""
    return ~pl.col("number_well_formed")


def container_seized() -> pl.Expr:
    """Number of earlier seizures in this container."""
    return pl.col("container_seized")


def container_before() -> pl.Expr:
    """Number of earlier consignments in this container, as log1p."""
    return pl.col("container_before").log1p()


def container_back_too_soon() -> pl.Expr:
    """Days since this container was last filed over the days of the direct voyage plus one. A clone comes too soon."""
    sailing = pl.col("direct_km") / (14 * 1.852 * 24)
    return (pl.col("container_days_since_last") / (sailing + 1)).clip(0, 50)


def seal_missing() -> pl.Expr:
    """No seal number is declared."""
    return pl.col("seal_numbers").list.len().fill_null(0) == 0


def seal_malformed() -> pl.Expr:
    """A seal number has fewer than four characters or consists of zeros."""
    seals = pl.col("seal_numbers").list
    return seals.eval((pl.element().str.len_chars() < 4) | (pl.element().str.strip_chars("0") == "")).list.any()


def seal_repeated() -> pl.Expr:
    """Number of other containers filed on the same day with the same seal number."""
    return pl.col("seal_others")


def box_type_missing() -> pl.Expr:
    """The container type is not stated."""
    return pl.col("container_type").is_null()
