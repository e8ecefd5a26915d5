"""Policies on past nights: equal ones change nothing, others are counted by hand; the page is safe to open."""

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
    found = trial.whatif(recorded, [Policy(boxes=10)])
    (same,) = found.trials
    assert (found.nights, found.consignments, found.opened, found.seizures) == (2, 300, 60, 12)
    assert same.work == found.work == trial.Work(30, 9, 12)
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
    found = opened.select(
        *KEY,
        inspected_at=pl.lit(NOW),
        known_at=pl.lit(NOW),
        finding=pl.when(pl.col("place").is_in([2, 5, 6])).then(pl.lit("seizure")).otherwise(pl.lit("clean")),
    )
    outcomes.record(lake, found, now=NOW)
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


def test_officers_do_as_they_did(recorded):
    slate = slates.in_force(recorded, NIGHT).filter(pl.col("port") == "SGSIN").sort("place")
    first, second = slate.filter(pl.col("action") == "open").select(KEY).rows()[:2]
    asked = slate.filter(pl.col("action") == "none").select(KEY).row(0)
    for event, box in (("struck", first), ("struck", second), ("added", asked)):
        slates.change(recorded, NIGHT, bill=box[0], container=box[1], event=event, reason="so")
    found = trial.whatif(recorded, [Policy(boxes=10), Policy(boxes=0)])
    same, none = found.trials
    assert found.work.boxes == 29.5
    assert same.work.boxes == pytest.approx(29.5, abs=0.1)  # had nobody asked, the added box might have been drawn
    assert none.work.boxes == 0.5
    assert (same.effect.opened, same.effect.answered, same.effect.still) == (59, 58, 59)
    assert none.effect.still == 1
    assert any("1 of 59 opened boxes have no outcome yet" in note for note in found.notes)


def test_a_consignment_of_several_nights_counts_once(lake):
    later = date(2024, 3, 3)
    lake.append("scores", lake.read("scores", nights=(NIGHT, NIGHT)).collect().drop("night", "run"), run=3, night=later)
    for run, night in ((1, NIGHT), (3, later)):
        slates.draw(lake, night, Capacities(Capacity(10)), "lottery 7", run)
    found = trial.whatif(lake, [Policy(boxes=10)])
    assert (found.nights, found.consignments) == (2, 150)
    assert found.work.boxes == 30
    assert 30 < found.opened < 60
    assert found.trials[0].effect.still == found.opened


def test_the_page_is_safe_and_needs_nothing_besides(recorded):
    name = "<script>alert(1)</script>.toml"
    policies = [Policy(Capacities(Capacity(boxes)), file=name, threshold=0.01) for boxes in (5, 20)]
    found = trial.whatif(recorded, policies)
    text = whatif.html(found, now=NOW)
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
    found = trial.whatif(recorded, [Policy(boxes=5), Policy(boxes=20)])
    told = json.loads(console.text(found.record()))
    assert [policy["policy"] for policy in told["policies"]] == ["5 boxes a port", "20 boxes a port"]
    assert told["policies"][1]["changes"]["boxes"] == 20
    assert set(told["policies"][1]["gained"]) == {"value", "low", "high"}
    assert told["policies"][1]["a_night"]["boxes"] == pytest.approx(60)
    assert told["models"] == {"toy": "unknown"}
    assert len(told["policies"][0]["ports"]) == 3
    points = view.curve(found)
    assert points["name"].to_list() == ["actual", "1", "2"]
    assert points["boxes"].to_list() == pytest.approx([30, 15, 60])
    assert points["actual"].to_list() == [True, False, False]


@pytest.mark.parametrize(
    ("value", "sign", "told"),
    [(0, "", "0"), (-0.01, "", "0"), (0.02, "+", "0"), (1234.56, "", "1,234.6"), (3, "+", "+3"), (-2.25, "+", "-2.2")],
)
def test_figures_have_a_decimal_at_most(value, sign, told):
    assert view.figure(value, sign) == told
