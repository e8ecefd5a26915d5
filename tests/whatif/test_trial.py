"""Policies on past nights: the same policy changes nothing, others match hand counts; the page is safe to open."""

import json
import re
from datetime import UTC, date, datetime

import polars as pl
import pytest

from riskscore.casework import outcomes, slates
from riskscore.pages import whatif
from riskscore.schema import KEY
from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.views import console
from riskscore.views import whatif as view
from riskscore.whatif import trial
from riskscore.whatif.policy import Policy

NIGHT = date(2024, 3, 1)
NOW = datetime(2024, 3, 20, tzinfo=UTC)


@pytest.fixture
def recorded(drawn, findings):
    outcomes.record(drawn, findings, now=NOW)
    return drawn


def test_the_same_policy_changes_nothing(recorded):
    report = trial.whatif(recorded, [Policy(boxes=10)])
    (same,) = report.trials
    assert (report.nights, report.consignments, report.opened, report.seizures) == (2, 300, 60, 12)
    assert same.work == report.work == trial.Work(30, 9, 12)
    assert (same.effect.kept, same.effect.still, same.effect.other) == (12, 60, 0)
    assert same.effect.lost == same.effect.gained == same.effect.change == (0, 0, 0)
    assert sum(port["seizures"] for port in same.ports) == 12
    assert {port["port"]: (port["before"], port["after"]) for port in same.ports} == {
        "VNHPH": (10, 10), "SGSIN": (10, 10), "(no port)": (10, 10),
    }  # fmt: skip


def test_half_the_boxes_lose_the_seizures_in_lower_places(lake):
    by_score = Capacities(Capacity(10, 3, 4, 2, Shares(1, 0, 0)))
    slate = slates.draw(lake, NIGHT, by_score, "lottery 7", 1)
    opened = slate.filter(pl.col("action") == "open")
    results = opened.select(
        *KEY,
        inspected_at=pl.lit(NOW),
        known_at=pl.lit(NOW),
        finding=pl.when(pl.col("place").is_in([2, 5, 6])).then(pl.lit("seizure")).otherwise(pl.lit("clean")),
    )
    outcomes.record(lake, results, now=NOW)
    half, more = trial.whatif(lake, [Policy(boxes=5), Policy(boxes=14)]).trials
    assert (half.effect.seizures, half.effect.kept, half.effect.lost) == (9, 6, (3, 3, 3))
    assert half.effect.change == (-3, -3, -3)
    assert half.work == trial.Work(15, 9, 12)
    assert (more.effect.kept, more.effect.other, more.effect.unspoken) == (9, 12, 12)
    assert more.effect.gained is more.effect.found is more.effect.change is None


def test_a_threshold_leaves_boxes_closed(recorded):
    none, some = trial.whatif(recorded, [Policy(threshold=0.0), Policy(threshold=1.0)]).trials
    assert none.effect.still == 60
    assert some.work.boxes == pytest.approx(6)
    assert some.effect.lost.value > 0


def test_changes_by_officers_stay(recorded):
    slate = slates.in_force(recorded, NIGHT).filter(pl.col("port") == "SGSIN").sort("place")
    first, second = slate.filter(pl.col("action") == "open").select(KEY).rows()[:2]
    added = slate.filter(pl.col("action") == "none").select(KEY).row(0)
    for event, box in (("struck", first), ("struck", second), ("added", added)):
        slates.change(recorded, NIGHT, bill=box[0], container=box[1], event=event, reason="so")
    report = trial.whatif(recorded, [Policy(boxes=10), Policy(boxes=0)])
    same, none = report.trials
    assert report.work.boxes == 29.5
    assert same.work.boxes == pytest.approx(29.5, abs=0.1)  # without the officer, the added box might have been drawn
    assert none.work.boxes == 0.5
    assert (same.effect.opened, same.effect.answered, same.effect.still) == (59, 58, 59)
    assert none.effect.still == 1
    assert any("1 of 59 opened boxes have no outcome yet" in note for note in report.notes)


def test_a_consignment_of_several_nights_counts_once(lake):
    later = date(2024, 3, 3)
    lake.append("scores", lake.read("scores", nights=(NIGHT, NIGHT)).collect().drop("night", "run"), run=3, night=later)
    for run, night in ((1, NIGHT), (3, later)):
        slates.draw(lake, night, Capacities(Capacity(10)), "lottery 7", run)
    report = trial.whatif(lake, [Policy(boxes=10)])
    assert (report.nights, report.consignments) == (2, 150)
    assert report.work.boxes == 30
    assert 30 < report.opened < 60
    assert report.trials[0].effect.still == report.opened


def test_the_page_is_safe_and_loads_nothing(recorded):
    name = "<script>alert(1)</script>.toml"
    policies = [Policy(Capacities(Capacity(boxes)), file=name, threshold=0.01) for boxes in (5, 20)]
    text = whatif.html(trial.whatif(recorded, policies), now=NOW)
    assert "<script" not in text
    assert not re.findall(r'(?:src|href)="(?!#)', text)
    assert text.count("<svg") == 1
    assert "1 March 2024 to 2 March 2024" in text
    assert "By port" not in text
    single = whatif.html(trial.whatif(recorded, policies[:1]), now=NOW)
    assert "By port" in single
    assert "None" not in single
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", single, flags=re.DOTALL)
    assert "Written on 20 March 2024" in single


def test_the_record_has_every_figure(recorded):
    report = trial.whatif(recorded, [Policy(boxes=5), Policy(boxes=20)])
    record = json.loads(console.text(report.record()))
    assert [policy["policy"] for policy in record["policies"]] == ["5 boxes per port", "20 boxes per port"]
    assert record["policies"][1]["changes"]["boxes"] == 20
    assert set(record["policies"][1]["gained"]) == {"value", "low", "high"}
    assert record["policies"][1]["a_night"]["boxes"] == pytest.approx(60)
    assert record["models"] == {"toy": "unknown"}
    assert len(record["policies"][0]["ports"]) == 3
    points = view.curve(report)
    assert points["name"].to_list() == ["actual", "1", "2"]
    assert points["boxes"].to_list() == pytest.approx([30, 15, 60])
    assert points["actual"].to_list() == [True, False, False]


@pytest.mark.parametrize(
    ("value", "sign", "text"),
    [(0, "", "0"), (-0.01, "", "0"), (0.02, "+", "0"), (1234.56, "", "1,234.6"), (3, "+", "+3"), (-2.25, "+", "-2.2")],
)
def test_figures_have_at_most_one_decimal(value, sign, text):
    assert view.figure(value, sign) == text
