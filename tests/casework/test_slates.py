"""A slate is drawn once per night; officers change it, and every change is kept."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from riskscore.casework import slates
from riskscore.errors import SettingsError
from riskscore.schema import KEY
from riskscore.selection.capacity import Capacities, Capacity

NIGHT = date(2024, 3, 1)
CAPACITY = Capacities(Capacity(boxes=10, scans=3, documents=4, audits=2))


def key(row: dict) -> dict[str, str]:
    return {"bill": row["bill_of_lading"], "container": row["container_number"]}


def box(frame: pl.DataFrame, action: str, port: str = "VNHPH") -> dict[str, str]:
    return key(frame.filter(pl.col("action") == action, pl.col("port") == port).row(0, named=True))


def test_every_candidate_has_a_row_with_what_an_estimate_needs(lake):
    rows = slates.draw(lake, NIGHT, CAPACITY, "lottery 7", 1)
    assert rows.height == 150
    assert rows.filter(pl.col("action") == "open").height == 30
    assert rows.null_count().select(*KEY, "action", "lane", "inclusion", "probability", "place", "seed").row(0) == (
        (0,) * 8
    )
    assert rows["boxes"].unique().to_list() == [10]
    assert rows["published"].all()
    assert rows["run"].unique().to_list() == [1]
    scores = lake.read("scores", nights=(NIGHT, NIGHT)).collect()
    assert rows.join(scores, on=[*KEY, "probability"]).height == 150


def test_repeating_the_same_draw_changes_nothing(lake):
    assert not slates.drawn(lake, NIGHT)
    first = slates.draw(lake, NIGHT, CAPACITY, "lottery 7", 1)
    version = lake.version("slates")
    assert slates.draw(lake, NIGHT, CAPACITY, "lottery 7", 2).equals(first)
    assert slates.draw(lake, NIGHT, CAPACITY, "lottery 7").equals(first)
    assert slates.drawn(lake, NIGHT)
    assert lake.version("slates") == version


@pytest.mark.parametrize(
    ("capacity", "seed", "message"),
    [
        (CAPACITY, "lottery 8", "another seed"),
        (CAPACITY, None, "another seed"),
        (Capacities(Capacity(boxes=9)), "lottery 7", "another capacity"),
    ],
)
def test_a_different_draw_is_refused(capacity, seed, message, lake):
    first = slates.draw(lake, NIGHT, CAPACITY, "lottery 7", 1)
    with pytest.raises(SettingsError, match=message):
        slates.draw(lake, NIGHT, capacity, seed, 2)
    assert slates.in_force(lake, NIGHT).select(first.columns).equals(first)


def test_a_night_without_scores_has_no_slate(lake):
    other = date(2024, 3, 9)
    with pytest.raises(SettingsError, match="no scores for 2024-03-09"):
        slates.draw(lake, other, CAPACITY)
    assert slates.draw(lake, other, CAPACITY, run=3).is_empty()
    assert slates.drawn(lake, other)
    assert slates.in_force(lake, other).is_empty()


def test_the_last_score_of_a_consignment_counts(lake):
    again = lake.read("scores", nights=(NIGHT, NIGHT)).collect().head(1).with_columns(probability=0.999, run=7)
    lake.append("scores", again, step="again", run=7)
    rows = slates.draw(lake, NIGHT, CAPACITY)
    assert rows.height == 150
    assert rows.filter(probability=0.999)["action"].to_list() == ["open"]


def test_changes_are_kept_and_applied(lake):
    first = slates.draw(lake, NIGHT, CAPACITY, "s", 1)
    struck, added = box(first, "open"), box(first, "none")
    slates.change(lake, NIGHT, **struck, event="struck", reason="released yesterday")
    back = {**added, "bill": f" {added['bill']} ", "container": added["container"].lower()}
    now = slates.change(lake, NIGHT, **back, event="added", reason="seal looks odd")
    assert now.equals(slates.in_force(lake, NIGHT))
    assert now.filter(pl.col("change").is_not_null()).select("action", "change", "reason").sort("change").rows() == [
        ("open", "added", "seal looks odd"),
        ("none", "struck", "released yesterday"),
    ]
    assert now.filter(share="officer").select("inclusion").item() == 1
    assert now.filter(share="officer")["chance"].item() < 1
    slates.change(lake, NIGHT, **added, event="struck", reason="enough")
    events = lake.read("slates", nights=(NIGHT, NIGHT)).collect().filter(pl.col("event") != "selected").sort("at")
    assert events["event"].to_list() == ["struck", "added", "struck"]
    assert events["run"].to_list() == [None] * 3


def test_a_slow_clock_does_not_reverse_changes(lake):
    first = slates.draw(lake, NIGHT, CAPACITY, "s", 1)
    opened = box(first, "open")
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    slates.change(lake, NIGHT, **opened, event="struck", reason="a", at=long_ago)
    now = slates.change(lake, NIGHT, **opened, event="added", reason="b", at=long_ago)
    assert now.filter(bill_of_lading=opened["bill"])["action"].item() == "open"


REFUSED = {
    "a full slate": ("none", "added", "why not", "is full: 10 boxes of 10"),
    "a box that is opened": ("open", "added", "why not", "is on the slate of VNHPH on 2024-03-01 already"),
    "a box that is not opened": ("none", "struck", "why not", "only a chosen box can be struck"),
    "no reason": ("open", "struck", " \n", "without a reason"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_impossible_change_is_refused(case, lake):
    action, event, reason, message = REFUSED[case]
    first = slates.draw(lake, NIGHT, CAPACITY, "s", 1)
    with pytest.raises(SettingsError, match=message):
        slates.change(lake, NIGHT, **box(first, action), event=event, reason=reason)
    assert lake.read("slates").collect().height == 150


def test_unknown_boxes_and_nights_without_a_slate_are_refused(lake):
    with pytest.raises(SettingsError, match="no slate is drawn for 2024-03-01"):
        slates.change(lake, NIGHT, bill="B", container="TOYU1", event="added", reason="x")
    slates.draw(lake, NIGHT, CAPACITY, "s", 1)
    with pytest.raises(SettingsError, match="was not a candidate"):
        slates.change(lake, NIGHT, bill="B", container="TOYU1", event="added", reason="x")
    with pytest.raises(SettingsError, match="both are needed"):
        slates.change(lake, NIGHT, bill=" ", container="TOYU1", event="added", reason="x")
