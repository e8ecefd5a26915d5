"""Outcomes are recorded once, corrected without loss, and put into quarantine if the box is unknown."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from riskscore import schema
from riskscore.casework import outcomes, slates
from riskscore.errors import SettingsError
from riskscore.manifest import corrections
from riskscore.schema import KEY

NOW = datetime(2024, 3, 20, tzinfo=UTC)


def in_force(lake) -> pl.DataFrame:
    return corrections.in_force(lake.read("outcomes").collect())


def test_every_outcome_is_recorded_with_the_share_that_chose_the_box(drawn, findings):
    counts = outcomes.record(drawn, findings, now=NOW)
    assert (counts.rows, counts.added, counts.repeated, counts.refused, counts.unknown) == (60, 60, 0, 0, 0)
    rows = in_force(drawn)
    assert rows.height == 60
    chosen = pl.concat([slates.in_force(drawn, night) for night in drawn_nights(drawn)])
    both = rows.join(chosen, on=KEY)
    assert (both["selected_by"] == both["share"]).all()
    assert set(rows["selected_by"]) == {"score", "explore", "random"}
    assert rows["night"].unique().to_list() == [NOW.date()]


def drawn_nights(lake) -> list[date]:
    return lake.read("slates").select("night").unique().collect()["night"].sort().to_list()


def test_a_given_share_stays_and_a_box_off_the_slate_has_none(drawn, findings):
    closed = slates.in_force(drawn, date(2024, 3, 1)).filter(pl.col("action") == "none").head(1)
    rows = pl.concat([findings.head(1).with_columns(selected_by=pl.lit("intelligence")), findings[1:2]], how="diagonal")
    other = findings.head(1).with_columns(closed.select(KEY))
    outcomes.record(drawn, pl.concat([rows, other], how="diagonal"), now=NOW)
    by = dict(in_force(drawn).select("bill_of_lading", "selected_by").iter_rows())
    assert by[findings["bill_of_lading"][0]] == "intelligence"
    assert by[findings["bill_of_lading"][1]] is not None
    assert by[closed["bill_of_lading"][0]] is None


def test_a_scan_counts_as_chosen_by_score_and_an_added_box_by_officer(drawn, findings):
    night = date(2024, 3, 1)
    slate = slates.in_force(drawn, night)
    scanned = slate.filter(pl.col("action") == "scan").row(0, named=True)
    gone = slate.filter(pl.col("action") == "open", pl.col("port") == "SGSIN").row(0, named=True)
    added = slate.filter(pl.col("action") == "none", pl.col("port") == "SGSIN").row(0, named=True)
    for event, box in (("struck", gone), ("added", added)):
        key = {"bill": box["bill_of_lading"], "container": box["container_number"]}
        slates.change(drawn, night, **key, event=event, reason="seal")
    wanted = pl.DataFrame([{name: box[name] for name in KEY} for box in (scanned, added, gone)])
    outcomes.record(drawn, findings.head(3).with_columns(wanted), now=NOW)
    by = dict(in_force(drawn).select("bill_of_lading", "selected_by").iter_rows())
    assert [by[bill] for bill in wanted["bill_of_lading"]] == ["score", "officer", None]


def test_recording_the_same_again_adds_nothing(drawn, findings):
    outcomes.record(drawn, findings, now=NOW)
    version = drawn.version("outcomes")
    again = outcomes.record(drawn, pl.concat([findings, findings]), now=NOW + timedelta(days=1))
    assert (again.rows, again.added, again.repeated) == (120, 0, 120)
    assert drawn.version("outcomes") == version


def test_a_correction_replaces_the_outcome_and_the_earlier_row_stays(drawn, findings):
    outcomes.record(drawn, findings, now=NOW)
    later = findings.head(1).with_columns(finding=pl.lit("clean"), known_at=pl.col("known_at") + timedelta(days=4))
    counts = outcomes.record(drawn, later, now=NOW + timedelta(days=1))
    assert (counts.added, counts.corrections) == (1, 1)
    assert drawn.read("outcomes").collect().height == 61
    same = pl.col("bill_of_lading") == findings["bill_of_lading"][0]
    assert in_force(drawn).filter(same)["finding"].to_list() == ["clean"]
    before = corrections.in_force(drawn.read("outcomes").collect(), findings["known_at"][0])
    assert before.filter(same)["finding"].to_list() == ["seizure"]
    late = outcomes.record(drawn, findings.head(1).with_columns(note=pl.lit("late"), known_at="inspected_at"), now=NOW)
    assert late.added == 1
    assert in_force(drawn).filter(same)["finding"].to_list() == ["clean"]


def test_an_outcome_of_an_unknown_box_waits_in_quarantine_for_its_manifest(drawn, findings, filled):
    night = date(2024, 3, 3)
    unknown = findings.head(1).with_columns(bill_of_lading=pl.lit("BL300000"), container_number=pl.lit("TOYU3000000"))
    mistyped = findings.head(1).with_columns(bill_of_lading=pl.lit("BL?"))
    for _ in range(2):
        counts = outcomes.record(drawn, pl.concat([unknown, mistyped]), now=NOW)
        assert (counts.added, counts.unknown, counts.taken_up) == (0, 2, 0)
    assert f"it is on {findings['bill_of_lading'][0]}" in counts.messages[1]
    assert drawn.read("quarantine").collect()["rule"].to_list() == ["unknown_consignment"] * 2
    filled(drawn, night, 3)
    counts = outcomes.record(drawn, findings.clear(), now=NOW)
    assert (counts.rows, counts.added, counts.taken_up) == (0, 0, 1)
    assert in_force(drawn).select(unknown.columns).equals(unknown.select(findings.columns))
    assert outcomes.record(drawn, unknown, now=NOW).repeated == 1
    assert drawn.read("outcomes").collect().height == 1


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"known_at": pl.col("inspected_at") - timedelta(hours=1)}, "known_before_inspected"),
        ({"known_at": pl.lit(NOW + timedelta(days=2))}, "in_the_future"),
    ],
)
def test_contradicting_dates_go_to_quarantine(change, rule, drawn, findings):
    counts = outcomes.record(drawn, findings.head(2).with_columns(**change), now=NOW)
    assert (counts.rows, counts.added, counts.refused) == (2, 0, 2)
    assert drawn.read("quarantine").collect()["rule"].to_list() == [rule] * 2


def test_a_run_records_once(drawn, findings):
    night = date(2024, 3, 3)
    for _ in range(2):
        outcomes.record(drawn, findings, night=night, run=3, now=NOW)
    assert drawn.read("outcomes").collect()["run"].to_list() == [3] * 60
    assert drawn.done("outcomes", 3)
    outcomes.record(drawn, findings.clear(), night=night, run=4, now=NOW)
    assert drawn.done("outcomes", 4)


def test_a_single_outcome_is_recorded_or_refused(drawn, findings):
    bill, container = findings.row(0)[:2]
    outcome = {"bill_of_lading": bill, "container_number": container.lower(), "finding": "seizure"}
    for _ in range(2):
        outcomes.record_one(drawn, outcome)
    rows = in_force(drawn).join(slates.in_force(drawn, date(2024, 3, 1)), on=KEY)
    assert rows.select("finding", "selected_by").rows() == [("seizure", rows["share"].item())]
    assert drawn.read("outcomes").collect().height == 1
    outcomes.record_one(drawn, {**outcome, "finding": "clean"})
    assert in_force(drawn)["finding"].to_list() == ["clean"]
    with pytest.raises(SettingsError, match=f"it is on {bill}"):
        outcomes.record_one(drawn, {**outcome, "bill_of_lading": "BL?"})
    with pytest.raises(SettingsError, match="in_the_future"):
        outcomes.record_one(drawn, {**outcome, "known_at": datetime(2090, 1, 1, tzinfo=UTC)})
    assert drawn.read("quarantine").collect().is_empty()


@pytest.mark.slow
def test_concurrent_recordings_and_changes_lose_nothing_and_duplicate_nothing(drawn, findings, worker, tmp_path):
    """Three processes record two files; four others strike boxes and compete for the free places."""
    night = date(2024, 3, 1)
    halves = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    findings.head(40).write_parquet(halves[0])
    findings.tail(30).write_parquet(halves[1])
    slate = slates.in_force(drawn, night).filter(pl.col("port") == "VNHPH").sort("place")
    boxes = {
        action: [word for row in slate.filter(pl.col("action") == action).select(KEY).rows() for word in row]
        for action in ("open", "none")
    }
    strike, add = ("change", drawn.store.uri, night, "struck"), ("change", drawn.store.uri, night, "added")
    started = [
        *(worker("record", drawn.store.uri, halves[number], 2) for number in (0, 0, 1)),
        worker(*strike, *boxes["open"][:8]),
        worker(*strike, *boxes["open"][4:12]),
        worker(*add, *boxes["none"][:24]),
        worker(*add, *boxes["none"][12:36]),
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    changed = [process.communicate(timeout=60)[0].split() for process in started]
    assert [process.returncode for process in started] == [0] * 7
    rows = in_force(drawn)
    assert rows.height == 60
    assert rows.select(findings.columns).sort(KEY).equals(findings.sort(KEY))
    events = drawn.read("slates").filter(pl.col("event") != "selected").collect()
    assert sorted(events["bill_of_lading"]) == sorted(bill for bills in changed for bill in bills)
    assert events["at"].n_unique() == events.height
    assert events.filter(event="struck")["bill_of_lading"].is_unique().all()
    now = slates.in_force(drawn, night).filter(pl.col("port") == "VNHPH", pl.col("action") == "open")
    assert now.height <= 10
    assert now.filter(share="officer").height == events.filter(event="added").height


@pytest.mark.parametrize("known_at", [None, "2024-03-09"])
def test_of_equal_recordings_at_once_one_is_written(drawn, known_at):
    """All look before any has written: without turns, each of them would write its row."""
    box = slates.in_force(drawn, drawn_nights(drawn)[0]).row(0, named=True)
    outcome = {"bill_of_lading": box["bill_of_lading"], "container_number": box["container_number"]}
    outcome |= {"finding": "clean"}
    outcome |= {"known_at": datetime.fromisoformat(known_at).replace(tzinfo=UTC)} if known_at else {}
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: outcomes.record_one(drawn, outcome), range(8)))
    assert sorted(count.added for count in counts) == [0] * 7 + [1]
    assert drawn.read("outcomes").collect().height == 1


def test_of_equal_files_at_once_each_row_is_recorded_or_set_aside_once(drawn, findings):
    strangers = findings.head(2).with_columns(bill_of_lading=pl.lit("NOT FILED"))
    rows = schema.conform(pl.concat([findings, strangers]), schema.OUTCOME)
    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(lambda _: outcomes.record(drawn, rows), range(6)))
    assert sum(count.added for count in counts) == findings.height
    assert drawn.read("outcomes").collect().height == findings.height
    assert drawn.read("quarantine").collect().height == 2


def test_what_is_recorded_last_counts_although_the_clock_was_set_back(drawn, findings):
    first = findings.head(1).with_columns(finding=pl.lit("clean"), quantity_kg=pl.lit(None, pl.Float64))
    outcomes.record(drawn, first, now=NOW)
    second = first.with_columns(finding=pl.lit("irregular"))
    outcomes.record(drawn, second, now=NOW - timedelta(hours=5))
    assert in_force(drawn)["finding"].to_list() == ["irregular"]
    recorded = drawn.read("outcomes").collect()["recorded_at"].sort()
    assert recorded.to_list() == [NOW, NOW + timedelta(microseconds=1)]


def test_a_correction_without_a_moment_counts_although_the_clock_was_set_back(drawn, findings, monkeypatch):
    box = findings.head(1).select(KEY).row(0, named=True)
    clock = [NOW, NOW - timedelta(hours=5)]

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return clock.pop(0)

    monkeypatch.setattr(outcomes, "datetime", Clock)
    outcomes.record_one(drawn, box | {"finding": "clean"})
    outcomes.record_one(drawn, box | {"finding": "irregular"})
    assert in_force(drawn)["finding"].to_list() == ["irregular"]
