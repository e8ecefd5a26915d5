from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from riskscore.errors import SettingsError
from riskscore.schema import KEY
from riskscore.selection.capacity import Capacities, Capacity
from riskscore.selection.changes import EVENTS, in_force
from riskscore.selection.slate import slate

Make = Callable[..., pl.DataFrame]
DAY = date(2024, 5, 1)
CAPACITY = Capacities(Capacity(5, 2, 2, 2))


@pytest.fixture
def night(candidates: Make) -> pl.DataFrame:
    return slate(candidates(["VNHPH"] * 20 + ["SGSIN"] * 4), CAPACITY, date=DAY, seed="7f3a")


def _bills(rows: pl.DataFrame, **where: str) -> list[str]:
    return rows.filter(pl.col("port") == "VNHPH", **where).sort("place")["bill_of_lading"].to_list()


def _events(*events: tuple[str, str], reason: str | None = "tip of the river police") -> pl.DataFrame:
    start = datetime(2024, 5, 1, 6, tzinfo=UTC)
    return pl.DataFrame(
        [
            (bill, f"MSCU00{bill[2:]}", event, reason, start + timedelta(minutes=minute))
            for minute, (event, bill) in enumerate(events)
        ],
        schema=EVENTS,
        orient="row",
    )


def _row(rows: pl.DataFrame, bill: str) -> dict[str, object]:
    return rows.row(by_predicate=pl.col("bill_of_lading") == bill, named=True)


def test_without_events_a_slate_is_unchanged(night: pl.DataFrame) -> None:
    rows = in_force(night, _events(), CAPACITY, date=DAY)
    assert rows.drop("change", "reason").equals(night)
    assert rows["change"].null_count() == rows["reason"].null_count() == night.height


def test_a_struck_box_is_not_replaced(night: pl.DataFrame) -> None:
    bill = _bills(night, share="random")[0]
    rows = in_force(night, _events(("struck", bill)), CAPACITY, date=DAY)
    before, after = _row(night, bill), _row(rows, bill)
    assert (after["action"], after["lane"], after["change"]) == ("none", "green", "struck")
    assert after["reason"] == "tip of the river police"
    assert (after["share"], after["inclusion"]) == ("random", before["inclusion"])
    others = pl.col("bill_of_lading") != bill
    assert rows.filter(others).select(*KEY, "action").equals(night.filter(others).select(*KEY, "action"))
    assert sorted(_bills(rows)) == sorted(_bills(night))
    assert rows.filter(pl.col("port") == "VNHPH")["place"].sort().to_list() == list(range(1, 21))


def test_an_added_box_is_certain_and_in_the_officer_share(night: pl.DataFrame) -> None:
    struck, added = _bills(night, action="open")[0], _bills(night, action="documents")[0]
    rows = in_force(night, _events(("struck", struck), ("added", added)), CAPACITY, date=DAY)
    after = _row(rows, added)
    assert (after["action"], after["lane"], after["share"], after["inclusion"], after["change"]) == (
        "open", "red", "officer", 1.0, "added",
    )  # fmt: skip
    assert after["explored"] == _row(night, added)["explored"]
    assert added in _bills(rows, action="open")
    assert len(_bills(rows, action="documents")) == 1


def test_a_struck_box_that_is_added_again_gets_its_share_back(night: pl.DataFrame) -> None:
    bill = _bills(night, share="explore" if _bills(night, share="explore") else "random")[0]
    rows = in_force(night, _events(("struck", bill), ("added", bill)), CAPACITY, date=DAY)
    assert rows.drop("change", "reason").equals(night)


def test_an_added_box_can_be_struck(night: pl.DataFrame) -> None:
    bill = night.filter(pl.col("port") == "VNHPH", pl.col("action") == "none")["bill_of_lading"][0]
    first = _bills(night, action="open")[0]
    rows = in_force(night, _events(("struck", first), ("added", bill), ("struck", bill)), CAPACITY, date=DAY)
    assert (_row(rows, bill)["action"], _row(rows, bill)["change"]) == ("none", "struck")


def test_events_are_applied_in_order_of_time(night: pl.DataFrame) -> None:
    struck, added = _bills(night, action="open")[0], _bills(night, action="none")[0]
    events = _events(("struck", struck), ("added", added))
    assert in_force(night, events.reverse(), CAPACITY, date=DAY).equals(in_force(night, events, CAPACITY, date=DAY))


def test_a_port_with_free_capacity_takes_a_box_without_striking_one(night: pl.DataFrame) -> None:
    larger = Capacities(Capacity(6))
    rows = in_force(night, _events(("added", _bills(night, action="none")[0])), larger, date=DAY)
    assert len(_bills(rows, action="open")) == 6


@pytest.mark.parametrize(
    ("kind", "action", "reason", "message"),
    [
        (
            "added",
            "none",
            "tip",
            r"the slate of VNHPH on 2024-05-01 is full: 5 boxes of 5; strike a box to add bill BL",
        ),
        ("added", "open", "tip", r"is on the slate of VNHPH on 2024-05-01 already, in the share"),
        ("struck", "none", "tip", r"is not chosen for opening on the slate of VNHPH on 2024-05-01; only a chosen"),
        ("struck", "open", " ", r"is struck without a reason; give one"),
        ("struck", "open", None, r"is struck without a reason; give one"),
        ("swapped", "open", "tip", r"unknown event 'swapped'; use added or struck"),
    ],
)
def test_an_impossible_event_is_refused(
    night: pl.DataFrame, kind: str, action: str, reason: str | None, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        in_force(night, _events((kind, _bills(night, action=action)[0]), reason=reason), CAPACITY, date=DAY)


def test_a_consignment_that_was_not_a_candidate_is_refused(night: pl.DataFrame) -> None:
    with pytest.raises(SettingsError, match=r"bill BL99999, container MSCU0099999 was not a candidate on 2024-05-01"):
        in_force(night, _events(("added", "BL99999")), CAPACITY, date=DAY)
