"""A box that house bills share is one box in hit rates, findings, estimates, drift of results and what-if."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from two_nights import NIGHTS, fill

from riskscore.casework import outcomes, slates
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.manifest import corrections
from riskscore.monitoring.performance import performance
from riskscore.monitoring.results import results
from riskscore.schema import KEY, OUTCOME, conform
from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.whatif import trial
from riskscore.whatif.policy import Policy

NOW = datetime(2024, 3, 20, tzinfo=UTC)
ONLY_SCORE = Capacities(Capacity(boxes=10, scans=3, documents=4, audits=2, shares=Shares(1.0, 0.0, 0.0)))


def _inspected(folder: Path, capacity: Capacities = ONLY_SCORE, *, houses: bool) -> Lake:
    """Two nights with slates and the outcome of each opened box, recorded under its master bill."""
    lake = create_lake(folder)
    for run, night in enumerate(NIGHTS, start=1):
        fill(lake, night, run, houses=houses)
        slates.draw(lake, night, capacity, "lottery 7", run)
    opened = slates.of_nights(lake).filter(pl.col("action") == "open").sort("container_number")
    boxes = opened.select(pl.col("bill_of_lading").str.split(" / ").list.first(), "container_number", "night").unique(
        maintain_order=True
    )
    hit = pl.int_range(pl.len()) % 5 == 0
    found = boxes.select(
        *KEY,
        inspected_at=pl.col("night").cast(pl.Datetime("us", "UTC")) + timedelta(days=3),
        known_at=pl.col("night").cast(pl.Datetime("us", "UTC")) + timedelta(days=5),
        finding=pl.when(hit).then(pl.lit("seizure")).otherwise(pl.lit("clean")),
        commodity=pl.when(hit).then(pl.lit("ivory")),
        quantity_kg=pl.when(hit).then(pl.lit(1250.0)),
    )
    outcomes.record(lake, found, now=NOW)
    return lake


@pytest.fixture
def lakes(tmp_path: Path) -> list[Lake]:
    return [_inspected(tmp_path / str(houses), houses=houses) for houses in (False, True)]


def test_hit_rates_estimates_and_cases_are_those_of_boxes(lakes: list[Lake]) -> None:
    plain, shared = (results(lake).record() for lake in lakes)
    assert plain["opened"] == 60
    assert shared == plain


def test_the_performance_is_that_of_boxes(lakes: list[Lake]) -> None:
    plain, shared = (performance(lake, NIGHTS[-1]).record() for lake in lakes)
    assert plain["rates"][0]["opened"] == 60
    assert shared == plain


def test_a_policy_is_tried_on_boxes(lakes: list[Lake]) -> None:
    policies = [Policy(boxes=10), Policy(boxes=6), Policy(boxes=12)]
    plain, shared = (trial.whatif(lake, policies).record() for lake in lakes)
    assert plain["policies"][0]["a_night"]["boxes"] == 30
    assert shared == plain | {"consignments": 2 * plain["consignments"]}


def test_a_draw_opens_no_more_boxes_than_the_port_can(tmp_path: Path) -> None:
    report = results(_inspected(tmp_path / "lake", Capacities(Capacity(boxes=10)), houses=True))
    assert (report.candidates, report.opened, report.answered) == (300, 60, 60)
    assert report.unseen.closed == 240


def _outcome(bill: str, finding: str, kilos: float | None, day: int = 1) -> dict[str, object]:
    at = datetime(2024, 3, day, tzinfo=UTC)
    values = {"inspected_at": at, "known_at": at, "finding": finding, "quantity_kg": kilos}
    return dict(zip(KEY, (bill, "TOYU1000001"), strict=True)) | values


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([("M / H1", "seizure", 50.0), ("M / H2", "seizure", 50.0)], ("M", "seizure", 50.0)),
        ([("M / H1", "seizure", 50.0), ("M / H2", "seizure", 30.0)], ("M", "seizure", 80.0)),
        ([("M / H1", "clean", None), ("M / H2", "seizure", 30.0)], ("M", "seizure", 30.0)),
        ([("M", "irregular", 9.0), ("M / H2", "clean", None)], ("M", "irregular", 9.0)),
        ([("M / H1", "clean", None), ("M / H2", "clean", None)], ("M", "clean", None)),
    ],
)
def test_findings_of_the_houses_of_a_box_are_one(
    found: list[tuple[str, str, float | None]], expected: tuple[str, str, float | None]
) -> None:
    rows = conform(pl.DataFrame([_outcome(*each) for each in found]), OUTCOME)
    assert corrections.of_boxes(rows).select("bill_of_lading", "finding", "quantity_kg").rows() == [expected]


def test_an_outcome_of_a_shared_box_is_one_row_in_and_one_accepted_or_refused(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    fill(lake, NIGHTS[0], 1, count=4, houses=True)
    known = datetime(2024, 3, 5, tzinfo=UTC)
    row = {"bill_of_lading": "BL100001", "container_number": "TOYU1000001", "known_at": known, "finding": "clean"}
    rows = [row, row | {"finding": "seizure", "inspected_at": NOW}, row | {"bill_of_lading": "NONE"}]
    counts = outcomes.record(lake, conform(pl.DataFrame(rows), OUTCOME), now=NOW)
    assert (counts.rows, counts.added, counts.refused, counts.unknown, counts.repeated) == (3, 1, 1, 1, 0)
    assert lake.read("outcomes").collect()["bill_of_lading"].sort().to_list() == ["BL100001 / H1", "BL100001 / H2"]
    assert lake.read("quarantine").collect()["rule"].sort().to_list() == [
        "known_before_inspected",
        "unknown_consignment",
    ]
    again = outcomes.record(lake, conform(pl.DataFrame(rows[:1]), OUTCOME), now=NOW)
    assert (again.rows, again.added, again.repeated, again.taken_up) == (1, 0, 1, 0)
