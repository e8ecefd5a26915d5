from datetime import date

import polars as pl

from riskscore.judging.capacity import openings
from riskscore.selection import capacity

DAYS = pl.Series([date(2024, 5, 1)] * 6 + [date(2024, 5, 2)] * 4)
PORTS = pl.Series(["VNHPH", "VNHPH", "VNHPH", "SGSIN", None, None, "VNHPH", "VNHPH", "SGSIN", "SGSIN"])
RANKS = pl.Series([9, 2, 5, 10, 3, 1, 7, 4, 8, 6])
ROWS = pl.DataFrame({"day": DAYS, "port_of_discharge": PORTS}).with_columns(
    bill_of_lading=pl.format("B{}", pl.int_range(pl.len())), container_number=pl.lit("MSKU1234565")
)


def test_each_port_opens_its_first_boxes_by_rank_on_each_day() -> None:
    capacities = capacity.parse(
        {
            "default": {"boxes": 1},
            "port": {"VNHPH": {"boxes": 2, "on": [{"date": date(2024, 5, 2), "boxes": 0}]}},
        }
    )
    result = openings(ROWS, RANKS, capacities)
    assert result.opened.tolist() == [False, True, True, True, False, True, False, False, False, True]
    assert result.counts() == {"offered": 5, "used": 5, "ports": 3, "port_days": 5}


def test_capacity_beyond_the_filed_boxes_is_unused() -> None:
    result = openings(ROWS, RANKS, capacity.Capacities())
    assert result.opened.all()
    assert result.counts() == {"offered": 50, "used": 10, "ports": 3, "port_days": 5}


def test_houses_that_share_a_container_take_one_place() -> None:
    bills = ["M / H1", "M / H2", "B3", "B4", "B5", "B6", "M / H1", "M / H2", "B9", "B10"]
    rows = ROWS.with_columns(bill_of_lading=pl.Series(bills))
    result = openings(rows, RANKS, capacity.parse({"default": {"boxes": 1}}))
    assert result.opened.tolist() == [True, True, False, True, False, True, True, True, False, True]
    assert result.counts() == {"offered": 5, "used": 5, "ports": 3, "port_days": 5}
