"""Container: the box itself, its number, its seals and where it was before."""

from __future__ import annotations

import polars as pl


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Add whether the number is well formed, by distinct number. Row order is kept."""
    numbers = facts.select(pl.col("container_number").unique()).with_columns(
        shaped=pl.col("container_number").str.contains(r"^[A-Z]{3}[UJZ]\d{7}$"),
        checked=_check_digit(),
    )
    return facts.join(numbers, on="container_number", how="left", maintain_order="left")


def _check_digit() -> pl.Expr:
    """Whether the last digit is the check digit of ISO 6346; null where the number is not shaped like one."""
    number = pl.col("container_number")
    values = {**{str(d): d for d in range(10)}, **_letter_values()}
    total = pl.sum_horizontal(
        number.str.slice(position, 1).replace_strict(
            list(values), list(values.values()), default=0, return_dtype=pl.Int64
        )
        * 2**position
        for position in range(10)
    )
    digit = number.str.slice(10, 1).cast(pl.Int64, strict=False)
    return pl.when(number.str.contains(r"^[A-Z]{4}\d{7}$")).then(total % 11 % 10 == digit)


def _letter_values() -> dict[str, int]:
    """A to Z as 10 to 38, leaving out the multiples of 11 (ISO 6346, annex A)."""
    numbers = [value for value in range(10, 39) if value % 11]
    return dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", numbers, strict=True))


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
