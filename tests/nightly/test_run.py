"""A night is taken once, whole, whatever happens to the process that takes it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskscore.errors import BusyError, SettingsError
from riskscore.lake.delta import DeltaLake
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import RUN, TABLES
from riskscore.nightly import lock
from riskscore.nightly.inbox import Inbox
from riskscore.nightly.run import Night, run_night
from riskscore.runs import ledger
from riskscore.selection.capacity import parse
from riskscore.simulation.write import simulate

CAPACITIES = parse({"default": {"boxes": 3, "scans": 2, "documents": 2, "audits": 1}})
FIRST, SECOND = date(2024, 1, 1), date(2024, 1, 2)


class Killed(BaseException):
    """Ends a run in the middle, past every `except Exception`."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("w") / "world", days=2, per_day=60, seed=5, smuggling_rate=0.05)


def settled(path: Path) -> None:
    os.utime(path, (1, 1))


def arrive(inbox: Path, source: Path) -> None:
    shutil.copy(source, inbox / source.name)
    settled(inbox / source.name)


@pytest.fixture
def night(tmp_path: Path, world: Path) -> Night:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "findings").mkdir()
    arrive(tmp_path / "inbox", world / "manifests" / "2024-01-01.parquet")
    arrive(tmp_path / "findings", world / "outcomes.parquet")
    lake = create_lake(tmp_path / "lake")
    return Night(lake, Inbox(tmp_path / "inbox"), Inbox(tmp_path / "findings"), CAPACITIES)


def tables(lake: Lake) -> dict[str, pl.DataFrame]:
    """Every table without the columns that say when it was written, in an order of its own."""
    found = {}
    for name, table in TABLES.items():
        stamps = [*table.stamps, *(["detail"] if name == "runs" else [])]
        rows = lake.read(name).drop(stamps).collect()
        plain = [column for column, dtype in rows.schema.items() if not dtype.is_nested()]
        found[name] = rows.sort(plain, nulls_last=True)
    return found


def heights(lake: Lake) -> dict[str, int]:
    return {name: rows.height for name, rows in tables(lake).items()}


def test_a_night_ends_in_tables_that_balance_and_files_that_are_done(night: Night) -> None:
    counts = run_night(night, FIRST).counts
    assert counts is not None
    taken = counts["manifests"]
    assert taken["rows_in"] == taken["accepted"] + sum(taken["refused"].values()) > 0
    assert night.lake.read("consignments").collect().height == taken["filings"]
    assert night.lake.read("scores").collect().height == counts["scores"]["scored"] == taken["consignments"]
    measured = night.lake.read("measures").filter(kind="night").collect()
    assert measured["count"].to_list() == [counts["scores"]["scored"]]
    assert counts["drift"] == {"nights_before": 0, "young": True, "alarms": [], "notes": [], "explained": 0}
    found = counts["outcomes"]
    assert found["accepted"] == night.lake.read("outcomes").collect().height > 0
    assert found["rows_in"] == found["accepted"] + found["repeated"] + sum(found["refused"].values())
    assert [path.name for path in night.inbox.folder.iterdir() if path.is_file() and path.name[0] != "."] == []
    assert (night.inbox.folder / "done" / "2024-01-01.parquet").is_file()


def test_a_slate_keeps_to_its_capacity_and_each_box_on_it_has_reasons(night: Night) -> None:
    run_night(night, FIRST)
    chosen = night.lake.read("slates").collect()
    opened = chosen.filter(pl.col("action") == "open")
    scores = night.lake.read("scores").collect()
    assert chosen.height == scores.height
    assert opened.group_by("port").len()["len"].max() <= 3
    told = scores.join(opened, on=["bill_of_lading", "container_number"], how="semi")
    assert told.height == opened.height > 0
    assert told["reasons"].null_count() == 0


def test_the_second_time_nothing_is_done_twice(night: Night, world: Path) -> None:
    run_night(night, FIRST)
    before = heights(night.lake)
    assert run_night(night, FIRST).counts is None
    again = night.inbox.folder / "again.parquet"
    shutil.copy(world / "manifests" / "2024-01-01.parquet", again)
    settled(again)
    assert run_night(night, SECOND).counts is None
    assert heights(night.lake) == before
    assert not again.exists()


def test_rows_that_were_filed_before_are_refused_and_the_others_taken(night: Night, world: Path) -> None:
    run_night(night, FIRST)
    both = pl.concat([pl.read_parquet(path) for path in sorted((world / "manifests").iterdir())])
    both.write_parquet(night.inbox.folder / "both.parquet")
    settled(night.inbox.folder / "both.parquet")
    counts = run_night(night, SECOND).counts
    assert counts is not None
    refused = night.lake.read("quarantine").filter(pl.col("rule") == "filed_before").collect().height
    assert counts["manifests"]["refused"] == {"filed_before": refused}
    assert counts["manifests"]["rows_in"] == counts["manifests"]["accepted"] + refused
    assert night.lake.read("consignments").collect().height == both.height


def test_a_closed_night_takes_no_more_files(night: Night, world: Path) -> None:
    run_night(night, SECOND)
    arrive(night.inbox.folder, world / "manifests" / "2024-01-02.parquet")
    for day in (FIRST, SECOND):
        with pytest.raises(SettingsError, match="closed"):
            run_night(night, day)
    assert (night.inbox.folder / "2024-01-02.parquet").is_file()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("night.csv.part", b"bill", "half-written"),
        ("notes.docx", b"hello", "no manifest"),
        ("bad.csv", b"a;b\n1;2\n", "cannot be read"),
    ],
)
def test_what_cannot_be_taken_is_left_and_named(night: Night, name: str, content: bytes, why: str) -> None:
    path = night.inbox.folder / name
    path.write_bytes(content)
    settled(path)
    report = run_night(night, FIRST)
    assert report.counts is not None
    assert why in {file.name: file.why for file in report.left}[name]
    assert path.exists()
    assert report.unreadable == why.startswith("cannot")


def test_findings_that_cannot_be_read_are_left_and_the_night_goes_on(night: Night) -> None:
    assert night.outcomes is not None
    bad = night.outcomes.folder / "bad.csv"
    bad.write_text("a;b\n1;2\n")
    settled(bad)
    report = run_night(night, FIRST)
    assert report.counts is not None
    assert report.unreadable
    assert [file.name for file in report.left] == ["bad.csv"]
    assert bad.exists()
    assert run_night(night, FIRST).counts is None


def test_a_night_of_findings_alone_is_a_night(night: Night) -> None:
    (night.inbox.folder / "2024-01-01.parquet").unlink()
    counts = run_night(night, FIRST).counts
    assert counts is not None
    assert counts["scores"]["scored"] == 0
    assert counts["outcomes"]["refused"] == {"unknown_consignment": counts["outcomes"]["rows_in"]}


def test_findings_ahead_of_their_manifest_wait_and_are_taken_up_with_it(night: Night, world: Path) -> None:
    early = run_night(night, FIRST).counts
    arrive(night.inbox.folder, world / "manifests" / "2024-01-02.parquet")
    later = run_night(night, SECOND).counts
    assert early is not None
    assert later is not None
    waited = early["outcomes"]["refused"]["unknown_consignment"]
    assert later["outcomes"]["taken_up"] == waited > 0
    known = pl.read_parquet(world / "outcomes.parquet").height
    assert night.lake.read("outcomes").collect().height == known


def test_a_finding_without_its_reason_gets_that_of_the_slate(night: Night) -> None:
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
    settled(night.outcomes.folder / "found.csv")
    run_night(night, SECOND)
    assert night.lake.read("outcomes").collect()["selected_by"].to_list() == ["random"]


def test_a_file_that_still_grows_waits_for_the_next_night(night: Night) -> None:
    (night.inbox.folder / "growing.csv").write_text("bill_of_lading")
    assert "may still be growing" in run_night(night, FIRST).left[0].why


def test_of_two_copies_in_one_inbox_one_is_taken(night: Night) -> None:
    shutil.copy2(night.inbox.folder / "2024-01-01.parquet", night.inbox.folder / "copy.parquet")
    report = run_night(night, FIRST)
    assert report.counts is not None
    assert [file.why for file in report.left] == ["a copy of another file of this inbox"]


def test_two_at_once_the_second_says_so_and_leaves(night: Night) -> None:
    with lock.held(night.inbox.folder), pytest.raises(BusyError, match="another nightly run"):
        run_night(night, FIRST)
    assert night.lake.read("runs").collect().is_empty()


def test_an_amended_bill_is_scored_again_and_keeps_its_first_day(night: Night, world: Path) -> None:
    run_night(night, FIRST)
    filed = pl.read_parquet(world / "manifests" / "2024-01-01.parquet").filter(pl.col("version") == 1).head(1)
    later = pl.col("filed_at").dt.offset_by("1d")
    changed = filed.with_columns(consignee_name=pl.lit("SOMEBODY ELSE TRADING CO"), filed_at=later, version=2)
    changed.write_parquet(night.inbox.folder / "change.parquet")
    settled(night.inbox.folder / "change.parquet")
    run_night(night, SECOND)
    own = [pl.col(name) == filed[name][0] for name in ("bill_of_lading", "container_number")]
    assert night.lake.read("scores").filter(*own).collect()["night"].sort().to_list() == [FIRST, SECOND]
    started = night.lake.read("consignments").filter(*own).collect()["started"].unique().to_list()
    assert started == [filed["filed_at"][0].date()]


@pytest.mark.slow
def test_scores_by_the_ledger_are_those_by_the_whole_log(
    night: Night, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("inbox", "findings"):
        shutil.copytree(tmp_path / name, tmp_path / "other" / name, copy_function=shutil.copy2)
    folder = tmp_path / "other"
    other = Night(create_lake(folder / "lake"), Inbox(folder / "inbox"), Inbox(folder / "findings"), CAPACITIES)
    for one, by_ledger in ((night, True), (other, False)):
        with monkeypatch.context() as patch:
            if not by_ledger:
                patch.setattr(ledger, "of", lambda *_: None)
            run_night(one, FIRST)
            arrive(one.inbox.folder, world / "manifests" / "2024-01-02.parquet")
            run_night(one, SECOND)
    assert_frame_equal(tables(night.lake)["scores"], tables(other.lake)["scores"], check_exact=True)
    assert night.lake.read("ledger").collect()[RUN].unique().sort().to_list() == [1, 2]


def at_commits(patch: pytest.MonkeyPatch, act: Callable[[int, bool], None]) -> None:
    """Call `act` with the number of each commit, before (False) and after (True) it."""
    made = {"count": 0}

    def counted(write: Callable[..., bool]) -> Callable[..., bool]:
        def commit(self: Lake, *arguments: object, **options: object) -> bool:
            made["count"] += 1
            number = made["count"]
            act(number, False)
            done = write(self, *arguments, **options)
            act(number, True)
            return done

        return commit

    for name in ("append", "overwrite"):
        patch.setattr(DeltaLake, name, counted(getattr(DeltaLake, name)))


@pytest.mark.parametrize("first", [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(1, 8))])
def test_a_run_killed_at_any_step_ends_as_an_undisturbed_one(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """Each eighth commit from `first` on: before it, and after it."""
    kept = {name: tmp_path / f"kept-{name}" for name in ("inbox", "findings")}
    for name, folder in kept.items():
        shutil.copytree(tmp_path / name, folder, copy_function=shutil.copy2)
    points: list[tuple[int, bool]] = []
    with monkeypatch.context() as patch:
        at_commits(patch, lambda number, after: points.append((number, after)))
        whole = run_night(night, FIRST).counts
    assert whole is not None
    told = {name: whole[name] for name in ("manifests", "outcomes", "scores", "slate", "drift")}
    expected = tables(night.lake)
    assert len(points) >= 20
    for place, point in enumerate(points[first::8]):
        again = tmp_path / str(place)
        for name, folder in kept.items():
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
            assert {name: counts[name] for name in told} == told
        assert run_night(other, FIRST).counts is None
        for name, rows in tables(other.lake).items():
            assert_frame_equal(rows, expected[name], check_exact=True)
        assert (again / "inbox" / "done" / "2024-01-01.parquet").is_file()
        shutil.rmtree(again)


@pytest.mark.slow
def test_the_command_killed_for_real_is_simply_run_again(night: Night, tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "riskscore", "nightly", "--lake", str(tmp_path / "lake"),
        "--inbox", str(night.inbox.folder), "--date", "2024-01-01", "--json",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None and night.lake.read("runs").collect().is_empty():
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    told = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    record = night.lake.read("runs").collect()
    assert record.filter(pl.col("step") == "finished").height == 1
    assert told["report"] is None or told["report"]["run"] == 1
