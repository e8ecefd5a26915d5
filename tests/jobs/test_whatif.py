"""What if: the same policy changes nothing in expectation, a smaller one loses what stands lower, estimates cover."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from riskscore.errors import LakeError
from riskscore.jobs import record, slates, whatif, whatif_page
from riskscore.jobs.whatif import Policy
from riskscore.lake.io import Lake
from riskscore.manifest.schema import KEY
from riskscore.selection.capacity import Capacities, Capacity, Shares

from .conftest import CAPACITY, NIGHTS, fill

_SCORE = Shares(1.0, 0.0, 0.0)


def _same(boxes, **more):
    return Policy(f"{boxes}", Capacities(Capacity(boxes=boxes, scans=3, documents=4, audits=2, **more)))


def test_the_same_policy_loses_in_expectation_what_it_gains(drawn, findings):
    record.record(drawn, findings)
    compared = whatif.whatif(drawn, [Policy("same", CAPACITY)])
    was, same = compared.results
    assert (same.opened, same.scans, same.documents) == (was.opened, was.scans, was.documents)
    assert same.gained == pytest.approx(same.lost)
    assert same.found == pytest.approx(was.found)
    assert same.kept + same.lost == pytest.approx(compared.seizures)


def test_fewer_boxes_lose_exactly_the_seizures_below(tmp_path):
    lake = Lake.create(tmp_path / "lake")
    for run, night in enumerate(NIGHTS, 1):
        fill(lake, night, run)
        slates.draw(lake, night, Capacities(Capacity(boxes=8, shares=_SCORE)), "seed")
    opened = pl.concat(slates.in_force(lake, night) for night in NIGHTS).filter(pl.col("action") == "open")
    found = opened.select(
        *KEY, finding=pl.when(pl.col("place") % 3 == 0).then(pl.lit("seizure")).otherwise(pl.lit("clean"))
    )
    moment = pl.lit("2024-03-05").str.to_datetime(time_zone="UTC", time_unit="us")
    record.record(lake, found.with_columns(inspected_at=moment, known_at=moment))
    compared = whatif.whatif(lake, [_same(4, shares=_SCORE)])
    fewer = compared.results[1]
    ports = 3 * len(NIGHTS)
    assert compared.seizures == 2 * ports  # at places 3 and 6
    assert (fewer.kept, fewer.lost, fewer.gained) == (ports, ports, 0.0)
    assert fewer.opened == 4 * 3


def test_a_threshold_takes_the_work_of_boxes_below_it(drawn, findings):
    record.record(drawn, findings)
    probabilities = drawn.read("scores").select("probability").collect()["probability"]
    none = whatif.whatif(drawn, [_same(10, shares=_SCORE, threshold=1.0)]).results[1]
    assert none.opened == 0
    half = whatif.whatif(drawn, [_same(1000, shares=_SCORE, threshold=0.1)]).results[1]
    assert half.opened == (probabilities >= 0.1).sum() / len(NIGHTS)


def test_more_random_boxes_gain_what_the_estimate_says(tmp_path):
    """Over many worlds the interval holds the true number of finds about as often as it says."""
    rng = np.random.default_rng(5)
    held = []
    night = NIGHTS[0]
    wanted = Capacities(Capacity(boxes=40, shares=Shares(0.5, 0.0, 0.5)))
    for world in range(25):
        lake = Lake.create(tmp_path / f"{world}")
        fill(lake, night, world + 1, count=300, ports=("VNHPH",))
        slates.draw(lake, night, Capacities(Capacity(boxes=30, shares=Shares(0.2, 0.4, 0.4))), f"seed {world}")
        rows = slates.in_force(lake, night)
        smuggled = pl.Series(rng.random(rows.height) < 0.15)
        moment = pl.lit("2024-03-05").str.to_datetime(time_zone="UTC", time_unit="us")
        truth = rows.select(*KEY, "action", smuggled=smuggled)
        found = truth.filter(pl.col("action") == "open").select(
            *KEY, finding=pl.when("smuggled").then(pl.lit("seizure")).otherwise(pl.lit("clean")),
            inspected_at=moment, known_at=moment,
        )  # fmt: skip
        record.record(lake, found)
        result = whatif.whatif(lake, [Policy("more", wanted)]).results[1]
        other = whatif._slates(whatif._scored(lake, (night, night)), wanted)
        expected = other.join(truth.drop("action"), on=KEY).filter("smuggled")["inclusion"].sum()
        held.append(result.low <= expected <= result.high)
    assert np.mean(held) >= 0.84


def test_a_port_without_a_draw_is_work_of_which_nothing_is_said(tmp_path):
    lake = Lake.create(tmp_path / "lake")
    fill(lake, NIGHTS[0], 1)
    slates.draw(lake, NIGHTS[0], Capacities(Capacity(boxes=5, shares=_SCORE)), "seed")
    compared = whatif.whatif(lake, [_same(20, shares=_SCORE)])
    assert compared.results[1].unreached == 3 * 15
    assert any("nothing is said of them" in note for note in whatif.notes(compared))


def test_a_period_without_slates_is_told(lake):
    with pytest.raises(LakeError, match="no slate is drawn"):
        whatif.whatif(lake, [Policy("same", CAPACITY)], date(2024, 3, 1))


def test_the_page_has_every_policy_and_runs_nothing(drawn, findings):
    record.record(drawn, findings)
    compared = whatif.whatif(drawn, [Policy("<script>alert(1)</script>", CAPACITY), _same(4)])
    page = whatif_page.render(compared)
    assert "<script" not in page
    assert page.count("<svg") == 1
    assert "as it was" in page
    assert compared.record()["results"][2]["policy"] == "4"
