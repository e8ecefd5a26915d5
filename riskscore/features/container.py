"""Container: the box itself, its number, its seals and where it was before."""

from __future__ import annotations

import numpy as np
import polars as pl

LENGTH = 11
"""Characters of a container number: owner and category, six digits, a check digit (ISO 6346)."""

_LETTERS = 4
_CATEGORIES = b"UJZ"
_VALUES = np.zeros(256, dtype=np.int64)
"""What a character counts in the check digit: digits as they are, A to Z as 10 to 38 without the multiples of 11."""
_VALUES[list(b"0123456789")] = range(10)
_VALUES[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")] = [value for value in range(10, 39) if value % 11]


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Add whether the number is well formed, and whether its check digit is right. Row order is kept."""
    return facts.with_columns(_read(facts["container_number"]))


def _read(numbers: pl.Series) -> list[pl.Series]:
    """`shaped`, and `checked`: null where there are not four letters and seven digits to check."""
    at = ((numbers.str.len_bytes() == LENGTH) & (numbers.str.len_chars() == LENGTH)).fill_null(False).arg_true()
    text = numbers.gather(at).str.join("").item() if at.len() else ""
    code = np.frombuffer(text.encode(), dtype=np.uint8).reshape(-1, LENGTH)
    letters, digits = code[:, :_LETTERS], code[:, _LETTERS:]
    there = ((letters >= ord("A")) & (letters <= ord("Z"))).all(axis=1)
    there &= ((digits >= ord("0")) & (digits <= ord("9"))).all(axis=1)
    shaped = there & np.isin(code[:, _LETTERS - 1], list(_CATEGORIES))
    total = _VALUES[code[:, :-1]] @ (1 << np.arange(LENGTH - 1))
    right = pl.Series(total % 11 % 10 == _VALUES[code[:, -1]])
    no = pl.repeat(False, numbers.len(), dtype=pl.Boolean, eager=True)
    unknown = pl.repeat(None, numbers.len(), dtype=pl.Boolean, eager=True)
    return [
        no.scatter(at, pl.Series(shaped)).zip_with(numbers.is_not_null(), unknown).alias("shaped"),
        unknown.scatter(at.filter(pl.Series(there)), right.filter(pl.Series(there))).alias("checked"),
    ]


def check_digit_wrong() -> pl.Expr:
    """The container number fails its ISO 6346 check digit."""
    return ~pl.col("checked")


def number_malformed() -> pl.Expr:
    """The container number is not four letters (owner and category) and seven digits."""
    return ~pl.col("shaped")


def container_seized() -> pl.Expr:
    """Earlier seizures in this box."""
    return pl.col("container_seized")


def container_before() -> pl.Expr:
    """Consignments before in this box, log1p."""
    return pl.col("container_before").log1p()


def container_back_too_soon() -> pl.Expr:
    """Days since this box was last filed, over the sailing days of the direct way: a clone had no time."""
    sailing = pl.col("direct_km") / (14 * 1.852 * 24)
    return (pl.col("container_days_since_last") / (sailing + 1)).clip(0, 50)


def seal_missing() -> pl.Expr:
    """No seal number is declared."""
    return pl.col("seal_numbers").list.len().fill_null(0) == 0


def seal_malformed() -> pl.Expr:
    """A seal number has fewer than four characters or is one character repeated."""
    seals = pl.col("seal_numbers").list
    return seals.eval((pl.element().str.len_chars() < 4) | (pl.element().str.strip_chars("0") == "")).list.any()


def seal_repeated() -> pl.Expr:
    """How many other boxes of the same filing day carry the same seal number."""
    return pl.col("seal_others")


def box_type_missing() -> pl.Expr:
    """The type of the box is not stated."""
    return pl.col("container_type").is_null()
