"""Check digits of container numbers (ISO 6346)."""

from __future__ import annotations

import polars as pl

_LENGTH = 11
_VALUES = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True)) | {
    str(digit): digit for digit in range(10)
}


def is_right(numbers: pl.Expr) -> pl.Expr:
    """Whether each of the `numbers` has 11 characters, and the last one is the check digit of the others."""
    weighed = [
        numbers.str.slice(place, 1).replace_strict(_VALUES, default=0, return_dtype=pl.Int64) * 2**place
        for place in range(_LENGTH - 1)
    ]
    last = numbers.str.slice(_LENGTH - 1, 1).cast(pl.Int64, strict=False)
    return ((numbers.str.len_chars() == _LENGTH) & (pl.sum_horizontal(weighed) % 11 % 10 == last)).fill_null(False)


def are_right(numbers: pl.Series) -> pl.Series:
    """`is_right` of a series; False for null. Only the numbers that are there are looked at."""
    places = numbers.is_not_null().arg_true()
    right = pl.DataFrame({"number": numbers.gather(places)}).select(is_right(pl.col("number"))).to_series()
    return pl.Series([False]).new_from_index(0, numbers.len()).scatter(places, right)
