"""A consignment on the slates of several nights counts once, with its chance over all of them."""

from datetime import date

import polars as pl
import pytest

from riskscore.selection import nights

SCHEMA = {
    "action": pl.String, "share": pl.String, "inclusion": pl.Float64, "explored": pl.Float64, "chance": pl.Float64,
}  # fmt: skip

CLOSED = ("none", None, 0.5, 0.2, 0.5)
SCORED = ("open", "score", 1.0, None, 1.0)
LOT = ("open", "random", 0.5, 0.2, 0.5)
EXPLORED = ("open", "explore", 0.5, 0.2, 0.5)
ADDED = ("open", "officer", 1.0, 0.2, 0.5)
STRUCK = ("none", "score", 1.0, None, 1.0)
NO_DRAW = ("none", None, 0.0, None, 0.0)

CASES = {
    "closed once": ([CLOSED], ("none", None, 0.5, 0.2)),
    "closed twice": ([CLOSED, CLOSED], ("none", None, 0.75, 0.36)),
    "drawn, then closed": ([LOT, CLOSED], ("open", "random", 0.75, 0.36)),
    "drawn twice": ([EXPLORED, LOT], ("open", "explore", 0.75, 0.36)),
    "drawn, then certain": ([LOT, SCORED], ("open", "score", 1.0, None)),
    "closed, then added": ([CLOSED, ADDED], ("open", "officer", 1.0, 0.36)),
    "drawn, then added": ([LOT, ADDED], ("open", "random", 0.75, 0.36)),
    "struck from the score": ([STRUCK, CLOSED], ("none", "score", 1.0, None)),
    "without a draw, then drawn": ([NO_DRAW, LOT], ("open", "random", 0.5, 0.2)),
    "never a draw": ([NO_DRAW, NO_DRAW], ("none", None, 0.0, None)),
}


@pytest.mark.parametrize("case", CASES)
def test_several_nights_are_merged(case):
    slates, expected = CASES[case]
    rows = pl.DataFrame(slates, schema=SCHEMA, orient="row").with_columns(
        bill_of_lading=pl.lit("B"),
        container_number=pl.lit("C"),
        port=pl.lit("VNHPH"),
        night=pl.Series([date(2024, 3, 1 + number) for number in range(len(slates))]),
    )
    merged = nights.consignments(rows.reverse())
    assert merged["night"].to_list() == [date(2024, 3, 1)]
    values = merged.select("action", "share", "inclusion", "explored").row(0)
    assert values[:2] == expected[:2]
    assert values[2:] == pytest.approx(expected[2:])


def test_a_box_that_an_alert_opened_is_certain_and_keeps_that_share() -> None:
    fixed = {"bill_of_lading": "B", "container_number": "C", "port": "VNHPH"}
    parts = [
        pl.DataFrame([dict(zip(SCHEMA, row, strict=True))], schema=SCHEMA).with_columns(
            night=date(2024, 1, day), **{name: pl.lit(value) for name, value in fixed.items()}
        )
        for day, row in enumerate((CLOSED, ("open", "intelligence", 1.0, None, 1.0)), start=1)
    ]
    merged = nights.consignments(pl.concat(parts)).row(0, named=True)
    assert (merged["share"], merged["inclusion"], merged["explored"]) == ("intelligence", 1.0, None)
