"""Past nights are read from their slates: chances, outcomes and capacities."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from riskscore.casework import outcomes, slates
from riskscore.errors import SettingsError
from riskscore.schema import KEY
from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.whatif import nights as past_nights
from riskscore.whatif import trial
from riskscore.whatif.policy import Policy

NIGHTS = (date(2024, 3, 1), date(2024, 3, 2))
NOW = datetime(2024, 3, 20, tzinfo=UTC)

CAPACITIES = {
    "usual": Capacity(10, 3, 4, 2),
    "one of each share": Capacity(3, 2, 1, 0, Shares(0.34, 0.33, 0.33)),
    "score alone": Capacity(7, 0, 0, 0, Shares(1, 0, 0)),
    "random alone": Capacity(4, 1, 1, 1, Shares(0, 0, 1)),
    "nothing": Capacity(0, 2, 2, 2),
    "more boxes than candidates": Capacity(60, 5, 5, 5),
    "more scans than candidates": Capacity(45, 50, 5, 5, Shares(0.5, 0.3, 0.2)),
    "a threshold": Capacity(20, 3, 3, 3, Shares(0.5, 0.3, 0.2), 0.3),
}


@pytest.mark.parametrize("case", CAPACITIES)
def test_the_capacities_that_slates_show_give_the_same_chances(lake, case):
    for run, night in enumerate(NIGHTS, start=1):
        slates.draw(lake, night, Capacities(CAPACITIES[case]), "lottery 7", run)
    past = past_nights.read(lake)
    again = trial.chances(past, past.rows, Policy(model="the same"))
    assert again["tried"].to_list() == past.rows["chance"].to_list()
    for action in ("scan", "documents"):
        assert (again["tried_action"] == action).sum() == (past.rows["action"] == action).sum()


def test_the_score_share_still_gets_boxes_if_there_are_fewer(lake):
    for run, night in enumerate(NIGHTS, start=1):
        slates.draw(lake, night, Capacities(Capacity(3, shares=Shares(0.34, 0.33, 0.33))), "lottery 7", run)
    shown = past_nights.read(lake).capacities[NIGHTS[0]].on("VNHPH", NIGHTS[0])
    assert [shown.shares.split(boxes) for boxes in (3, 2, 6)] == [(1, 1, 1), (1, 0, 1), (2, 2, 2)]


def test_ports_and_nights_have_capacities_of_their_own(lake):
    limits = Capacities(Capacity(9, 1, 1, 1), {"VNHPH": Capacity(4, 2, 1, 1)}, {("VNHPH", NIGHTS[1]): Capacity(2)})
    for run, night in enumerate(NIGHTS, start=1):
        slates.draw(lake, night, limits, "lottery 7", run)
    capacities = past_nights.read(lake).capacities
    assert [capacities[night].on("VNHPH", night).boxes for night in NIGHTS] == [4, 2]
    assert [capacities[night].on(None, night).boxes for night in NIGHTS] == [9, 9]


def test_outcomes_and_changes_are_those_in_force(drawn, findings):
    outcomes.record(drawn, findings, now=NOW)
    slate = slates.in_force(drawn, NIGHTS[0]).filter(pl.col("share") == "score", pl.col("port") == "VNHPH")
    bill, container = slate.select(KEY).row(0)
    slates.change(drawn, NIGHTS[0], bill=bill, container=container, event="struck", reason="gone")
    rows = past_nights.read(drawn).rows
    assert rows.height == 300
    assert (rows["finding"] == "seizure").sum() == 12
    struck = rows.filter(bill_of_lading=bill).row(0, named=True)
    assert (struck["action"], struck["share"], struck["chance"]) == ("none", "score", 1.0)
    assert past_nights.read(drawn, NIGHTS[1], NIGHTS[1]).nights == [NIGHTS[1]]


def test_nights_without_a_slate_are_refused(lake, drawn):
    with pytest.raises(SettingsError, match="from 2025-01-01 to the last night"):
        past_nights.read(drawn, date(2025, 1, 1))


def test_a_lake_without_a_slate_is_refused(lake):
    with pytest.raises(SettingsError, match="has no slate;"):
        past_nights.read(lake)


def test_candidates_without_a_nightly_run_cannot_be_scored_again(drawn):
    with pytest.raises(SettingsError, match="300 of 300 candidates were not scored by a nightly run"):
        past_nights.rescored(drawn, past_nights.read(drawn), Path("any"))


def test_a_past_threshold_shows_as_fewer_boxes(lake):
    slates.draw(lake, NIGHTS[0], Capacities(replace(CAPACITIES["a threshold"], threshold=1.0)), "lottery 7", 1)
    shown = past_nights.read(lake).capacities[NIGHTS[0]].on("SGSIN", NIGHTS[0])
    assert shown.boxes == 10
