"""A night is loaded once and completely, even if its process is killed."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskscore.errors import BusyError, SettingsError
from riskscore.lake.delta import DeltaLake
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import RUN, TABLES
from riskscore.nightly import lock, opening
from riskscore.nightly.inbox import Inbox
from riskscore.nightly.run import Night, run_night
from riskscore.runs import ledger
from riskscore.runs.log import RunLog
from riskscore.selection.capacity import parse
from riskscore.simulation.write import simulate

CAPACITIES = parse({"default": {"boxes": 3, "scans": 2, "documents": 2, "audits": 1}})
FIRST, SECOND = date(2024, 1, 1), date(2024, 1, 2)
BOOKING = b"UNB+UNOA:2+A+B+240501:0800+1'UNH+1+IFTMBC:D:99B:UN'BGM+770+X+9'UNT+3+1'UNZ+1+1'"


class Killed(BaseException):
    """Stops a run; `except Exception` does not catch it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("w") / "world", days=2, per_day=60, seed=5, smuggling_rate=0.05)


def make_old(path: Path) -> None:
    """Make a file look complete: it has not changed for a long time."""
    os.utime(path, (1, 1))


def arrive(inbox: Path, source: Path) -> None:
    shutil.copy(source, inbox / source.name)
    make_old(inbox / source.name)


@pytest.fixture
def night(tmp_path: Path, world: Path) -> Night:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "findings").mkdir()
    arrive(tmp_path / "inbox", world / "manifests" / "2024-01-01.parquet")
    arrive(tmp_path / "findings", world / "outcomes.parquet")
    lake = create_lake(tmp_path / "lake")
    return Night(lake, Inbox(tmp_path / "inbox"), Inbox(tmp_path / "findings"), CAPACITIES)


def tables(lake: Lake) -> dict[str, pl.DataFrame]:
    """Return every table, sorted, without the columns that hold times of writing."""
    contents = {}
    for name, table in TABLES.items():
        stamps = [*table.stamps, *(["detail"] if name == "runs" else [])]
        rows = lake.read(name).drop(stamps).collect()
        plain = [column for column, dtype in rows.schema.items() if not dtype.is_nested()]
        contents[name] = rows.sort(plain, nulls_last=True)
    return contents


def heights(lake: Lake) -> dict[str, int]:
    return {name: rows.height for name, rows in tables(lake).items()}


def test_after_a_night_the_counts_add_up_and_the_files_are_in_done(night: Night) -> None:
    counts = run_night(night, FIRST).counts
    assert counts is not None
    loaded = counts["manifests"]
    assert loaded["rows_in"] == loaded["accepted"] + sum(loaded["refused"].values()) > 0
    assert night.lake.read("consignments").collect().height == loaded["filings"]
    assert night.lake.read("scores").collect().height == counts["scores"]["scored"] == loaded["consignments"]
    measured = night.lake.read("measures").filter(kind="night").collect()
    assert measured["count"].to_list() == [counts["scores"]["scored"]]
    assert counts["drift"] == {"nights_before": 0, "young": True, "alarms": [], "notes": [], "explained": 0}
    recorded = counts["outcomes"]
    assert recorded["accepted"] == night.lake.read("outcomes").collect().height > 0
    assert recorded["rows_in"] == recorded["accepted"] + recorded["repeated"] + sum(recorded["refused"].values())
    assert [path.name for path in night.inbox.folder.iterdir() if path.is_file() and path.name[0] != "."] == []
    assert (night.inbox.folder / "done" / "2024-01-01.parquet").is_file()


def test_a_slate_stays_within_capacity_and_each_box_on_it_has_reasons(night: Night) -> None:
    run_night(night, FIRST)
    slate = night.lake.read("slates").collect()
    opened = slate.filter(pl.col("action") == "open")
    scores = night.lake.read("scores").collect()
    assert slate.height == scores.height
    assert opened.group_by("port").len()["len"].max() <= 3
    scored = scores.join(opened, on=["bill_of_lading", "container_number"], how="semi")
    assert scored.height == opened.height > 0
    assert scored["reasons"].null_count() == 0


def test_a_second_run_does_nothing_twice(night: Night, world: Path) -> None:
    run_night(night, FIRST)
    before = heights(night.lake)
    assert run_night(night, FIRST).counts is None
    again = night.inbox.folder / "again.parquet"
    shutil.copy(world / "manifests" / "2024-01-01.parquet", again)
    make_old(again)
    assert run_night(night, SECOND).counts is None
    assert heights(night.lake) == before
    assert not again.exists()


@pytest.mark.slow
def test_rows_that_were_filed_before_are_refused_and_the_others_loaded(night: Night, world: Path) -> None:
    run_night(night, FIRST)
    both = pl.concat([pl.read_parquet(path) for path in sorted((world / "manifests").iterdir())])
    both.write_parquet(night.inbox.folder / "both.parquet")
    make_old(night.inbox.folder / "both.parquet")
    counts = run_night(night, SECOND).counts
    assert counts is not None
    refused = night.lake.read("quarantine").filter(pl.col("rule") == "filed_before").collect().height
    assert counts["manifests"]["refused"] == {"filed_before": refused}
    assert counts["manifests"]["rows_in"] == counts["manifests"]["accepted"] + refused
    assert night.lake.read("consignments").collect().height == both.height


@pytest.mark.slow
def test_a_closed_night_loads_no_more_files(night: Night, world: Path) -> None:
    run_night(night, SECOND)
    arrive(night.inbox.folder, world / "manifests" / "2024-01-02.parquet")
    for day in (FIRST, SECOND):
        with pytest.raises(SettingsError, match="closed"):
            run_night(night, day)
    assert (night.inbox.folder / "2024-01-02.parquet").is_file()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("night.csv.part", b"bill", "still being written"),
        ("notes.docx", b"hello", "unknown kind of file"),
        ("bad.csv", b"a;b\n1;2\n", "cannot be read: no heading"),
        ("x.edi", BOOKING, "a booking confirmation (EDIFACT IFTMBC), not a manifest"),
    ],
)
def test_files_that_cannot_be_loaded_are_left_and_named(night: Night, name: str, content: bytes, why: str) -> None:
    path = night.inbox.folder / name
    path.write_bytes(content)
    make_old(path)
    report = run_night(night, FIRST)
    assert report.counts is not None
    assert why in {file.name: file.why for file in report.left}[name]
    assert path.exists()
    assert report.unreadable == why.startswith("cannot")


@pytest.mark.slow
def test_outcomes_that_cannot_be_read_are_left_and_the_night_continues(night: Night) -> None:
    assert night.outcomes is not None
    bad = night.outcomes.folder / "bad.csv"
    bad.write_text("a;b\n1;2\n")
    make_old(bad)
    report = run_night(night, FIRST)
    assert report.counts is not None
    assert report.unreadable
    assert [file.name for file in report.left] == ["bad.csv"]
    assert bad.exists()
    assert run_night(night, FIRST).counts is None


def test_a_night_may_have_outcomes_only(night: Night) -> None:
    (night.inbox.folder / "2024-01-01.parquet").unlink()
    counts = run_night(night, FIRST).counts
    assert counts is not None
    assert counts["scores"]["scored"] == 0
    assert counts["outcomes"]["refused"] == {"unknown_consignment": counts["outcomes"]["rows_in"]}


@pytest.mark.slow
def test_outcomes_before_their_manifest_wait_and_are_added_with_it(night: Night, world: Path) -> None:
    early = run_night(night, FIRST).counts
    arrive(night.inbox.folder, world / "manifests" / "2024-01-02.parquet")
    later = run_night(night, SECOND).counts
    assert early is not None
    assert later is not None
    waiting = early["outcomes"]["refused"]["unknown_consignment"]
    assert later["outcomes"]["taken_up"] == waiting > 0
    expected = pl.read_parquet(world / "outcomes.parquet").height
    assert night.lake.read("outcomes").collect().height == expected


@pytest.mark.slow
def test_an_outcome_without_a_share_gets_that_of_the_slate(night: Night) -> None:
    assert night.outcomes is not None
    arrived = night.outcomes.folder / "outcomes.parquet"
    arrived.unlink()
    run_night(night, FIRST)
    chosen = night.lake.read("slates").filter(pl.col("share") == "random").head(1).collect()
    chosen.select(
        "bill_of_lading",
        "container_number",
        inspected_at=pl.lit("2024-01-02"),
        known_at=pl.lit("2024-01-03"),
        finding=pl.lit("clean"),
    ).write_csv(night.outcomes.folder / "found.csv")
    make_old(night.outcomes.folder / "found.csv")
    run_night(night, SECOND)
    assert night.lake.read("outcomes").collect()["selected_by"].to_list() == ["random"]


@pytest.mark.slow
def test_a_growing_file_waits_for_the_next_night(night: Night) -> None:
    (night.inbox.folder / "growing.csv").write_text("bill_of_lading")
    assert "may still be growing" in run_night(night, FIRST).left[0].why


@pytest.mark.slow
def test_of_two_copies_in_one_inbox_one_is_loaded(night: Night) -> None:
    shutil.copy2(night.inbox.folder / "2024-01-01.parquet", night.inbox.folder / "copy.parquet")
    report = run_night(night, FIRST)
    assert report.counts is not None
    assert [file.why for file in report.left] == ["a copy of another file in this inbox"]


def test_a_second_run_at_the_same_time_is_refused(night: Night) -> None:
    with lock.hold(night.inbox.folder), pytest.raises(BusyError, match="another nightly run"):
        run_night(night, FIRST)
    assert night.lake.read("runs").collect().is_empty()


@pytest.mark.slow
def test_an_amended_bill_is_scored_again_and_keeps_its_first_day(night: Night, world: Path) -> None:
    run_night(night, FIRST)
    filed = pl.read_parquet(world / "manifests" / "2024-01-01.parquet").filter(pl.col("version") == 1).head(1)
    later = pl.col("filed_at").dt.offset_by("1d")
    changed = filed.with_columns(consignee_name=pl.lit("SOMEBODY ELSE TRADING CO"), filed_at=later, version=2)
    changed.write_parquet(night.inbox.folder / "change.parquet")
    make_old(night.inbox.folder / "change.parquet")
    run_night(night, SECOND)
    own = [pl.col(name) == filed[name][0] for name in ("bill_of_lading", "container_number")]
    assert night.lake.read("scores").filter(*own).collect()["night"].sort().to_list() == [FIRST, SECOND]
    started = night.lake.read("consignments").filter(*own).collect()["started"].unique().to_list()
    assert started == [filed["filed_at"][0].date()]


@pytest.mark.slow
def test_scores_from_the_ledger_equal_those_from_the_whole_log(
    night: Night, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("inbox", "findings"):
        shutil.copytree(tmp_path / name, tmp_path / "other" / name, copy_function=shutil.copy2)
    folder = tmp_path / "other"
    other = Night(create_lake(folder / "lake"), Inbox(folder / "inbox"), Inbox(folder / "findings"), CAPACITIES)
    for each, by_ledger in ((night, True), (other, False)):
        with monkeypatch.context() as patch:
            if not by_ledger:
                patch.setattr(ledger, "balances_of", lambda *_: None)
            run_night(each, FIRST)
            arrive(each.inbox.folder, world / "manifests" / "2024-01-02.parquet")
            run_night(each, SECOND)
    assert_frame_equal(tables(night.lake)["scores"], tables(other.lake)["scores"], check_exact=True)
    assert night.lake.read("ledger").collect()[RUN].unique().sort().to_list() == [1, 2]


def at_commits(patch: pytest.MonkeyPatch, act: Callable[[int, bool], None]) -> None:
    """Call `act` with the number of each commit, before (False) and after (True) it."""
    commits = {"count": 0}

    def counted(write: Callable[..., bool]) -> Callable[..., bool]:
        def commit(self: Lake, *arguments: object, **options: object) -> bool:
            commits["count"] += 1
            number = commits["count"]
            act(number, False)
            written = write(self, *arguments, **options)
            act(number, True)
            return written

        return commit

    for name in ("append", "overwrite"):
        patch.setattr(DeltaLake, name, counted(getattr(DeltaLake, name)))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(8))
def test_a_run_killed_at_any_step_gives_the_same_result_as_an_undisturbed_one(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """The run is killed before and after every eighth commit, beginning with the commit `first`."""
    copies = {name: tmp_path / f"copy-{name}" for name in ("inbox", "findings")}
    for name, folder in copies.items():
        shutil.copytree(tmp_path / name, folder, copy_function=shutil.copy2)
    points: list[tuple[int, bool]] = []
    with monkeypatch.context() as patch:
        at_commits(patch, lambda number, after: points.append((number, after)))
        undisturbed = run_night(night, FIRST).counts
    assert undisturbed is not None
    expected_counts = {name: undisturbed[name] for name in ("manifests", "outcomes", "scores", "slate", "drift")}
    expected = tables(night.lake)
    assert len(points) >= 20
    for place, point in enumerate(points[first::8]):
        again = tmp_path / str(place)
        for name, folder in copies.items():
            shutil.copytree(folder, again / name, copy_function=shutil.copy2)
        other = Night(create_lake(again / "lake"), Inbox(again / "inbox"), Inbox(again / "findings"), CAPACITIES)

        def kill(number: int, after: bool, at: tuple[int, bool] = point) -> None:
            if (number, after) == at:
                raise Killed

        with monkeypatch.context() as patch:
            at_commits(patch, kill)
            with pytest.raises(Killed):
                run_night(other, FIRST)
        counts = run_night(other, FIRST).counts
        if counts is not None:
            assert {name: counts[name] for name in expected_counts} == expected_counts
        assert run_night(other, FIRST).counts is None
        for name, rows in tables(other.lake).items():
            assert_frame_equal(rows, expected[name], check_exact=True)
        assert (again / "inbox" / "done" / "2024-01-01.parquet").is_file()
        shutil.rmtree(again)


@pytest.mark.slow
def test_a_command_that_was_killed_is_simply_run_again(night: Night, tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "riskscore", "nightly", "--lake", str(tmp_path / "lake"),
        "--inbox", str(night.inbox.folder), "--date", "2024-01-01", "--json",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None and night.lake.read("runs").collect().is_empty():
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    printed = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    record = night.lake.read("runs").collect()
    assert record.filter(pl.col("step") == "finished").height == 1
    assert printed["report"] is None or printed["report"]["run"] == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("day", "today", "refused"),
    [
        (date(2204, 1, 7), date(2024, 1, 1), "days after today by the clock"),  # a mistyped date
        (date(2204, 1, 7), date(2204, 1, 7), "after the last filing in the new files"),  # a wrong clock
        (date(2024, 1, 3), date(2024, 1, 1), ""),
    ],
)
def test_a_night_far_ahead_of_the_clock_or_of_the_filings_is_refused(
    night: Night, monkeypatch: pytest.MonkeyPatch, day: date, today: date, refused: str
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime(today.year, today.month, today.day, 3, tzinfo=UTC)

    monkeypatch.setattr(opening, "datetime", Clock)
    if refused:
        with pytest.raises(SettingsError, match=refused):
            run_night(night, day)
        assert night.lake.read("runs").collect().is_empty()
    assert run_night(night, day, force=bool(refused)).counts is not None


@pytest.mark.slow
def test_a_night_closed_by_mistake_is_reopened_with_a_reason(night: Night, world: Path) -> None:
    far = date(2204, 1, 7)
    run_night(night, far, force=True)
    arrive(night.inbox.folder, world / "manifests" / "2024-01-02.parquet")
    with pytest.raises(SettingsError, match="riskscore lake reopen"):
        run_night(night, SECOND)
    for wrong, reason, why in ((far, " ", "reason"), (SECOND, "mistyped", "last closed night is 2204-01-07")):
        with pytest.raises(SettingsError, match=why):
            opening.reopen(night.lake, wrong, reason)
    opening.reopen(night.lake, far, "mistyped")
    assert "mistyped" in night.lake.read("runs").filter(step="reopened").collect()["detail"].item()
    assert run_night(night, SECOND).counts["run"] == 2  # type: ignore[index]
    assert RunLog.read(night.lake).last_night == SECOND


@pytest.mark.slow
def test_a_night_that_is_reopened_twice_at_once_is_reopened_once(night: Night) -> None:
    run_night(night, SECOND)

    def reopen(_: int) -> bool:
        with contextlib.suppress(SettingsError):
            opening.reopen(night.lake, SECOND, "a carrier was late")
            return True
        return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(reopen, range(4))) == [False] * 3 + [True]
    assert night.lake.read("runs").filter(step="reopened").collect().height == 1


@pytest.mark.slow
def test_a_reopened_night_loads_more_files_and_keeps_its_slate(night: Night, world: Path) -> None:
    run_night(night, SECOND)
    before = night.lake.read("slates").collect()
    arrive(night.inbox.folder, world / "manifests" / "2024-01-02.parquet")
    opening.reopen(night.lake, SECOND, "a carrier was late")
    counts = run_night(night, SECOND).counts
    assert counts is not None
    assert counts["scores"]["scored"] > 0
    assert_frame_equal(night.lake.read("slates").collect(), before, check_row_order=False)
    with pytest.raises(SettingsError, match="is closed"):
        opening.check(RunLog.read(night.lake), SECOND, None, 1, force=True)
