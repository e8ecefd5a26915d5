"""Alerts in a lake: imported once, superseded, withdrawn, decided on, and matched as of a night."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskscore import schema
from riskscore.casework import slates, watch_lists
from riskscore.casework.watch_lists import Imported
from riskscore.errors import SettingsError
from riskscore.lake.open import open_lake
from riskscore.lake.protocol import Lake
from riskscore.runs import log
from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.selection.slate import slate
from riskscore.whatif import nights

NIGHT = date(2024, 3, 1)
NOW = datetime(2024, 2, 1, tzinfo=UTC)


def _file(folder: Path, *rows: dict[str, Any], name: str = "alerts.csv") -> Path:
    defaults = {"provider": "Customs A", "reliability": "B2", "handling": "green"}
    path = folder / name
    pl.DataFrame([{**defaults, **row} for row in rows], infer_schema_length=None).write_csv(path)
    return path


def _import(lake: Lake, path: Path, now: datetime = NOW) -> Imported:
    counts, refused = watch_lists.import_alerts(lake, [path], now=now)
    assert counts.rows == counts.new + counts.changed + counts.repeated + counts.refused
    assert refused.height == counts.refused
    return counts


def test_importing_the_same_again_adds_nothing_and_a_later_version_counts(lake: Lake, tmp_path: Path) -> None:
    first = _file(
        tmp_path, {"id": "1", "name": "Hải An"}, {"id": "2", "name": "Bình Minh"}, {"id": "1", "name": "Hải An"}
    )
    assert (_import(lake, first).new, _import(lake, first, NOW + timedelta(1)).repeated) == (2, 3)
    changed = _file(tmp_path, {"id": "1", "name": "Hải An Logistics"}, {"id": "2", "name": "Bình Minh"})
    counts = _import(lake, changed, NOW + timedelta(2))
    assert (counts.new, counts.changed, counts.repeated) == (0, 1, 1)
    assert watch_lists.read_alerts(lake, NIGHT)["name"].to_list() == ["Hải An Logistics", "Bình Minh"]
    assert lake.read("alerts").collect().height == 3


def test_an_older_version_that_arrives_late_changes_nothing(lake: Lake, tmp_path: Path) -> None:
    _import(lake, _file(tmp_path, {"id": "1", "name": "New", "updated_at": "2024-01-20T00:00:00Z"}))
    counts = _import(lake, _file(tmp_path, {"id": "1", "name": "Old", "updated_at": "2024-01-10T00:00:00Z"}))
    assert counts.repeated == 1
    assert watch_lists.read_alerts(lake, NIGHT)["name"].to_list() == ["New"]


def test_only_the_provider_can_change_an_alert(lake: Lake, tmp_path: Path) -> None:
    key = "indicator--26ffb872-1dd9-446e-b6f5-d58527e5b5d2"
    _import(lake, _file(tmp_path, {"id": key, "name": "Hải An"}))
    theirs = _file(tmp_path, {"id": key, "name": "Hải An", "status": "withdrawn", "provider": "Customs B"})
    assert _import(lake, theirs, NOW + timedelta(1)).refused == 1
    assert _import(lake, theirs, NOW + timedelta(2)).refused == 1
    assert watch_lists.read_alerts(lake, NIGHT)["status"].to_list() == ["active"]
    assert lake.read("quarantine").collect()["rule"].to_list() == [watch_lists.ANOTHERS]


def test_a_withdrawn_alert_no_longer_matches_until_its_provider_sends_it_again(lake: Lake, tmp_path: Path) -> None:
    path = _file(tmp_path, {"id": "1", "name": "Greenfield Commodities"})
    _import(lake, path)
    filed = _filed("GREENFIELD COMMODITIES GMBH")
    assert watch_lists.match(lake, filed, NIGHT).height == 1
    assert watch_lists.expire(lake, ["Customs A/1"], reason="cleared", now=NOW + timedelta(1)) == 1
    assert watch_lists.expire(lake, ["Customs A/1"], reason="cleared", now=NOW + timedelta(1)) == 0
    assert watch_lists.match(lake, filed, NIGHT).is_empty()
    assert watch_lists.read_alerts(lake, NIGHT).is_empty()
    assert "cleared" in watch_lists.read_alerts(lake, NIGHT, every=True)["reason"].item()
    assert _import(lake, path, NOW + timedelta(2)).changed == 1
    assert watch_lists.match(lake, filed, NIGHT).height == 1


def test_a_decision_holds_until_the_next_one(lake: Lake, tmp_path: Path) -> None:
    _import(lake, _file(tmp_path, {"id": "1", "name": "Greenfield Commodities"}))
    filed = _filed("GREENFIELD COMMODITIES GMBH")
    pair = {"value": "GREENFIELD COMMODITIES GMBH", "reason": "seen the papers"}
    watch_lists.decide(lake, "Customs A/1", verdict="different", now=NOW + timedelta(1), **pair)
    assert watch_lists.match(lake, filed, NIGHT).is_empty()
    assert watch_lists.match(lake, filed, NIGHT, NOW + timedelta(hours=1)).height == 1
    watch_lists.decide(lake, "Customs A/1", verdict="same", now=NOW + timedelta(2), **pair)
    assert watch_lists.match(lake, filed, NIGHT).height == 1


@pytest.mark.parametrize(
    ("alert", "decision", "message"),
    [
        ("Customs A/9", {"value": "X", "verdict": "same", "reason": "x"}, "no alert"),
        ("Customs A/1", {"value": "X", "verdict": "maybe", "reason": "x"}, "different or same"),
        ("Customs A/1", {"value": " ", "verdict": "same", "reason": "x"}, "text exactly as it is spelt"),
        ("Customs A/1", {"value": "X", "verdict": "same", "reason": ""}, "reason"),
    ],
)
def test_an_incomplete_decision_is_refused(
    lake: Lake, tmp_path: Path, alert: str, decision: dict[str, str], message: str
) -> None:
    _import(lake, _file(tmp_path, {"id": "1", "name": "Greenfield"}))
    with pytest.raises(SettingsError, match=message):
        watch_lists.decide(lake, alert, **decision)


def test_a_lake_from_before_there_were_alerts_still_works(lake: Lake, tmp_path: Path) -> None:
    assert lake.store.local is not None
    for name in ("alerts", "alert_decisions", "matches"):
        (lake.store.local / name).rename(tmp_path / f"gone-{name}")
    old = open_lake(lake.store.uri)
    assert watch_lists.read_alerts(old, NIGHT).is_empty()
    assert watch_lists.named_boxes(old, NIGHT).is_empty()
    assert slates.draw(old, NIGHT, Capacities()).height == 150
    assert _import(old, _file(tmp_path, {"id": "1", "name": "Greenfield"})).new == 1
    assert watch_lists.read_alerts(old, NIGHT).height == 1


def test_a_run_matches_once_with_the_alerts_known_when_it_began(lake: Lake, tmp_path: Path) -> None:
    boxes = lake.read("consignments").filter(pl.col("run") == 1).collect()["container_number"]
    early, late = ({"kind": "container", "container_number": boxes[place]} for place in (3, 4))
    run = log.Run(1, NIGHT, NOW + timedelta(1), {})
    _import(lake, _file(tmp_path, {"id": "1", **early}))
    _import(lake, _file(tmp_path, {"id": "2", **late}), NOW + timedelta(2))
    counts = watch_lists.match_night(lake, run)
    assert counts == {"in_force": 1, "matches": 1, "consignments": 1, "strong": 1}
    assert watch_lists.matches_of(lake, NIGHT)["container_number"].to_list() == [boxes[3]]
    watch_lists.expire(lake, ["Customs A/1"], reason="gone", now=NOW + timedelta(3))
    assert watch_lists.match_night(lake, run) == counts
    assert lake.read("matches").collect().height == 1


def test_named_boxes_are_opened_in_a_share_of_their_own_and_scores_stay(lake: Lake, tmp_path: Path) -> None:
    before = lake.read("scores").collect()
    rows = before.filter(pl.col("run") == 1, pl.col("port") == "VNHPH").sort("probability").head(4)
    listed = [
        {"id": str(place), "kind": "container", "container_number": box, "reliability": "F6" if place == 3 else "A1"}
        for place, box in enumerate(rows["container_number"])
    ]
    _import(lake, _file(tmp_path, *listed))
    watch_lists.match_night(lake, log.Run(1, NIGHT, NOW + timedelta(1), {}))
    shares = Shares(0.6, 0.1, 0.1, 0.2)
    drawn = slates.draw(lake, NIGHT, Capacities(Capacity(10, 3, 4, 2, shares)), "lottery", 1)
    named = drawn.filter(pl.col("share") == "intelligence")
    assert set(named["container_number"]) < set(rows["container_number"][:3])
    assert named.height == 2
    assert named["action"].to_list() == ["open"] * 2
    assert named["inclusion"].to_list() == [1.0] * 2
    assert named["explored"].null_count() == 2
    assert lake.read("scores").collect().equals(before)
    past = nights.read(lake)
    again = slate(past.rows, past.capacities[NIGHT], date=NIGHT)
    assert again["inclusion"].to_list() == pytest.approx(past.rows["inclusion"].to_list())
    same = again.filter(pl.col("share") == "intelligence")["container_number"]
    assert set(same) == set(named["container_number"])


def _filed(name: str) -> pl.DataFrame:
    row = {"bill_of_lading": "B1", "container_number": "MSCU1234565", "filed_at": NOW, "shipper_name": name}
    return schema.conform(pl.DataFrame([row], schema={name: schema.COLUMNS[name] for name in row}))


def test_of_equal_imports_at_once_one_is_written(lake: Lake, tmp_path: Path) -> None:
    path = _file(tmp_path, {"id": "A1", "kind": "party", "name": "TRADER 1"}, {"id": "A2", "kind": "nothing"})
    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(lambda _: _import(lake, path), range(6)))
    assert sum(count.new for count in counts) == lake.read("alerts").collect().height == 1
    assert lake.read("quarantine").collect().height == 1


def test_of_equal_withdrawals_and_decisions_at_once_one_is_written(lake: Lake, tmp_path: Path) -> None:
    _import(lake, _file(tmp_path, {"id": "A1", "kind": "party", "name": "TRADER 1"}))
    alert = lake.read("alerts").collect()["alert_id"].item()

    def decide(_: int) -> None:
        watch_lists.decide(lake, alert, value="TRADER ONE", verdict="different", reason="another firm", now=NOW)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(decide, range(6)))
        withdrawn = list(pool.map(lambda _: watch_lists.expire(lake, [alert], reason="over", now=NOW), range(6)))
    assert lake.read("alert_decisions").collect().height == 1
    assert sorted(withdrawn) == [0] * 5 + [1]
    assert lake.read("alerts").collect().height == 2


def test_the_last_decision_counts_though_the_clock_was_set_back(lake: Lake, tmp_path: Path) -> None:
    _import(lake, _file(tmp_path, {"id": "A1", "kind": "party", "name": "TRADER 1"}))
    alert = lake.read("alerts").collect()["alert_id"].item()
    for days, verdict in enumerate(("different", "same", "same")):
        now = NOW - timedelta(days)
        watch_lists.decide(lake, alert, value="TRADER ONE", verdict=verdict, reason="looked up", now=now)
    assert watch_lists.standing_decisions(lake)["verdict"].to_list() == ["same"]
    assert lake.read("alert_decisions").collect().height == 2
